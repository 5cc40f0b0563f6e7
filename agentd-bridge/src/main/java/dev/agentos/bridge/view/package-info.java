/** View models that every face shares: immutable states and pure reducers over snapshots and events. */
@NullMarked
package dev.agentos.bridge.view;

import org.jspecify.annotations.NullMarked;
