// The unmodified client of OpenAI, with nothing but its environment.
import OpenAI from 'openai';
const client = new OpenAI();
const model = process.env.MODEL;
const messages = [
  { role: 'system', content: 'Answer from the text.' },
  { role: 'user', content: 'Permits are given by the district office. A permit costs forty euros. The office is open on weekdays.\n\nWhat does a permit cost?' },
];
const check = (what, ok) => { if (!ok) throw new Error(what); console.log('ok ' + what); };

const whole = await client.chat.completions.create({ model, messages, max_tokens: 48 });
check('chat', whole.choices[0].message.content.length > 0 && whole.usage.total_tokens > 0);

let text = '', usage;
for await (const chunk of await client.chat.completions.create({ model, messages, max_tokens: 48, stream: true, stream_options: { include_usage: true } })) {
  text += chunk.choices[0]?.delta?.content ?? '';
  usage = chunk.usage ?? usage;
}
check('chat stream', text.length > 0 && usage.completion_tokens > 0);

const response = await client.responses.create({ model, input: messages[1].content, instructions: messages[0].content, max_output_tokens: 48 });
check('responses', response.output_text.length > 0);

let streamed = '', done = false;
for await (const event of await client.responses.create({ model, input: messages[1].content, max_output_tokens: 48, stream: true })) {
  if (event.type === 'response.output_text.delta') streamed += event.delta;
  if (event.type === 'response.completed' || event.type === 'response.incomplete') done = true;
}
check('responses stream', streamed.length > 0 && done);

const list = await client.models.list();
check('models', list.data.some(m => m.id === model));

if (process.env.EMBED) {
  const vectors = await client.embeddings.create({ model, input: ['one text', 'another text'] });
  check('embeddings', vectors.data.length === 2 && vectors.data[0].embedding.length > 100);
}
if (process.env.SCHEMA) {
  const json = await client.chat.completions.create({ model, messages, max_tokens: 200, response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', properties: { yes: { type: 'boolean' } }, required: ['yes'], additionalProperties: false } } } });
  check('json schema', typeof JSON.parse(json.choices[0].message.content).yes === 'boolean');
}
const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string', enum: ['Oslo', 'Rome'] } }, required: ['city'] } } }];
if (process.env.SCHEMA) {
  const called = await client.chat.completions.create({ model, messages, max_tokens: 200, tools, tool_choice: 'required' });
  const call = called.choices[0].message.tool_calls[0];
  check('a tool is called', called.choices[0].finish_reason === 'tool_calls' && call.function.name === 'weather' && ['Oslo', 'Rome'].includes(JSON.parse(call.function.arguments).city));
  const after = [...messages, called.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'It rains.' }];
  const answered = await client.chat.completions.create({ model, messages: after, max_tokens: 16, tools });
  check('its result is taken', answered.usage.completion_tokens > 0);
  let name = '', args = '', said = '', reason = '';
  for await (const chunk of await client.chat.completions.create({ model, messages, max_tokens: 200, tools, tool_choice: { type: 'function', function: { name: 'weather' } }, stream: true })) {
    const choice = chunk.choices[0];
    said += choice?.delta?.content ?? '';
    for (const part of choice?.delta?.tool_calls ?? []) {
      name += part.function?.name ?? '';
      args += part.function?.arguments ?? '';
    }
    reason = choice?.finish_reason ?? reason;
  }
  check('a tool is called in a stream', name === 'weather' && JSON.parse(args).city.length === 4 && said === '' && reason === 'tool_calls');
} else {
  try {
    await client.chat.completions.create({ model, messages, tools });
    check('tools are refused by a model that has none', false);
  } catch (e) {
    check('tools are refused by a model that has none', e.status === 400 && e.code === 'model_capability');
  }
}
try {
  await client.chat.completions.create({ model: 'gpt-4o', messages });
  check('a model beyond the contract is refused', false);
} catch (e) {
  check('a model beyond the contract is refused', e.status === 403 && e.code === 'model_refused');
}
