/** The languages that programs speak with models, read and written: OpenAI, Anthropic, Ollama. */
@NullMarked
package dev.agentos.agentd.models.wire;

import org.jspecify.annotations.NullMarked;
