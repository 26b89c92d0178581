// The AsyncAPI 3 document: who says what on which topic, as the provider sees it.

import { ownManifest } from '../../src/base/package.js';
import { DEFAULT_CONTEXT_ID } from '../../src/model/context.js';
import type { Contract } from '../../src/messages/contracts.js';
import { contracts, jsonSchemas } from './schemas.js';

type Part = Readonly<Record<string, unknown>>;

const ref = (path: string) => ({ $ref: `#/${path}` });

export function composeAsyncApi(): Part {
  const topics = [...new Set(contracts.flatMap(([, { topics }]) => topics))];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'contextd',
      version: ownManifest().version,
      description: `What is said on the bus of a provider, one frame per message: \`<topic> @@@ <JSON>\`. Written by \`npm run contracts\`.`,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      publishers: server('5557', 'BackendEndpoint: publishers connect here.'),
      subscribers: server('5556', 'FrontEndEndpoint: subscribers connect here.'),
    },
    channels: Object.fromEntries(topics.map((topic) => [channelOf(topic), composeChannel(topic)])),
    operations: Object.fromEntries(
      contracts.flatMap(([kind, contract]) => composeOperations(kind, contract)),
    ),
    components: {
      messages: Object.fromEntries(
        contracts.map(([kind, { summary }]) => [kind, composeMessage(kind, summary)]),
      ),
      schemas: Object.fromEntries(
        [...jsonSchemas()].map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
      ),
    },
  };
}

function server(port: string, description: string): Part {
  return { host: `127.0.0.1:${port}`, protocol: 'zmq', description, tags: [{ name: DEFAULT_CONTEXT_ID }] };
}

function channelOf(topic: string): string {
  return topic.replace(/\W+/g, '_').replace(/_$/, '');
}

function composeChannel(topic: string): Part {
  const kinds = contracts.filter(([, { topics }]) => topics.includes(topic)).map(([kind]) => kind);
  const names = [...topic.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const parameters = Object.fromEntries(
    names.map((name) => [name, { description: `The id of the ${name}.` }]),
  );
  return {
    address: topic,
    messages: Object.fromEntries(kinds.map((kind) => [kind, ref(`components/messages/${kind}`)])),
    ...(names.length === 0 ? {} : { parameters }),
  };
}

function composeOperations(kind: string, contract: Contract): readonly (readonly [string, Part])[] {
  const senders = contract.from.split(', ');
  const isSent = senders.includes('provider');
  const isReceived = senders.some((each) => each !== 'provider');
  return contract.topics.flatMap((topic) => [
    ...(isReceived ? [composeOperation('receive', kind, contract, topic)] : []),
    ...(isSent ? [composeOperation('send', kind, contract, topic)] : []),
  ]);
}

function composeOperation(
  action: 'receive' | 'send',
  kind: string,
  { summary, answers = [] }: Contract,
  topic: string,
): readonly [string, Part] {
  const channel = channelOf(topic);
  const reply = {
    channel: ref('channels/state'),
    messages: answers.map((each) => ref(`channels/state/messages/${each}`)),
  };
  const operation = {
    action,
    channel: ref(`channels/${channel}`),
    summary,
    messages: [ref(`channels/${channel}/messages/${kind}`)],
    ...(action === 'receive' && answers.length > 0 ? { reply } : {}),
  };
  return [`${action}_${kind}${channel === kind ? '' : `_on_${channel}`}`, operation];
}

function composeMessage(kind: string, summary: string): Part {
  return {
    name: kind,
    title: kind.replaceAll('_', ' '),
    summary,
    payload: ref(`components/schemas/${kind}`),
  };
}
