// A graph as LangGraph's own pages show it: a model node and an edge to the end. Nothing in it knows of AgentOS.
import { ChatOpenAI } from '@langchain/openai';
import { StateGraph, MessagesAnnotation, START, END } from '@langchain/langgraph';
const model = new ChatOpenAI({ model: process.env.MODEL, maxTokens: 48, configuration: { baseURL: process.env.OPENAI_BASE_URL } });
const graph = new StateGraph(MessagesAnnotation)
  .addNode('model', async state => ({ messages: [await model.invoke(state.messages)] }))
  .addEdge(START, 'model')
  .addEdge('model', END)
  .compile();
const out = await graph.invoke({ messages: [{ role: 'user', content: 'Permits are given by the district office. A permit costs forty euros.\n\nWhat does a permit cost?' }] });
const answer = out.messages.at(-1).content;
if (!answer.length) throw new Error('no answer');
console.log('ok graph');
let pieces = 0;
for await (const chunk of await model.stream('Permits are given by the office. A permit costs forty euros.\n\nWhat does it cost?')) if (chunk.content.length) pieces++;
if (!pieces) throw new Error('no stream');
console.log('ok stream');
