// The unmodified client of Anthropic, with nothing but its environment.
import Anthropic from '@anthropic-ai/sdk';
const client = new Anthropic();
const model = process.env.MODEL;
const ask = {
  model,
  max_tokens: 48,
  system: 'Answer from the text.',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Permits are given by the district office. A permit costs forty euros. The office is open on weekdays.\n\nWhat does a permit cost?' }] }],
};
const check = (what, ok) => { if (!ok) throw new Error(what); console.log('ok ' + what); };

const message = await client.messages.create(ask);
check('messages', message.content[0].text.length > 0 && message.usage.output_tokens > 0);

const stream = client.messages.stream(ask);
let text = '';
stream.on('text', piece => { text += piece; });
const last = await stream.finalMessage();
check('messages stream', text.length > 0 && last.content[0].text === text && last.stop_reason !== null);

const counted = await client.messages.countTokens({ model, messages: ask.messages });
check('count tokens', counted.input_tokens > 10);

if (process.env.SCHEMA) {
  const called = await client.messages.create({ ...ask, max_tokens: 200, tools: [{ name: 'weather', input_schema: { type: 'object', properties: { city: { type: 'string', enum: ['Oslo', 'Rome'] } }, required: ['city'] } }], tool_choice: { type: 'any' } });
  const use = called.content.find(part => part.type === 'tool_use');
  check('a tool is called', called.stop_reason === 'tool_use' && use.name === 'weather' && ['Oslo', 'Rome'].includes(use.input.city));
}
const models = await client.models.list();
check('models', models.data.some(m => m.id === model));
try {
  await client.messages.create({ ...ask, model: 'claude-sonnet-4-5' });
  check('a model beyond the contract is refused', false);
} catch (e) {
  check('a model beyond the contract is refused', e.status === 403);
}
