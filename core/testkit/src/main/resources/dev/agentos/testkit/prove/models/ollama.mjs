// The unmodified client of Ollama, with nothing but its environment.
import { Ollama } from 'ollama';
const client = new Ollama({ host: process.env.OLLAMA_HOST });
const model = process.env.MODEL;
const content = 'Permits are given by the district office. A permit costs forty euros. The office is open on weekdays.\n\nWhat does a permit cost?';
const check = (what, ok) => { if (!ok) throw new Error(what); console.log('ok ' + what); };

const whole = await client.chat({ model, messages: [{ role: 'user', content }], options: { num_predict: 48 } });
check('chat', whole.message.content.length > 0 && whole.done);

let text = '', last;
for await (const part of await client.chat({ model, messages: [{ role: 'user', content }], options: { num_predict: 48 }, stream: true })) {
  text += part.message.content;
  last = part;
}
check('chat stream', text.length > 0 && last.done && last.eval_count > 0);

if (process.env.SCHEMA) {
  // This wire cannot ask for a call, and random weights make none: it is text, and no error.
  const offered = await client.chat({ model, messages: [{ role: 'user', content }], tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }], options: { num_predict: 16 } });
  check('tools are offered', offered.done && offered.message.content.length > 0);
}
const generated = await client.generate({ model, prompt: content, options: { num_predict: 48 } });
check('generate', generated.response.length > 0);

const list = await client.list();
check('tags', list.models.some(m => m.name === model));
check('show', (await client.show({ model })).capabilities.includes('completion'));
check('version', (await client.version()).version.length > 0);
if (process.env.EMBED) {
  const vectors = await client.embed({ model, input: ['one text', 'another text'] });
  check('embed', vectors.embeddings.length === 2 && vectors.embeddings[0].length > 100);
}
try {
  await client.pull({ model: 'llama3' });
  check('an agent pulls nothing', false);
} catch (e) {
  check('an agent pulls nothing', true);
}
