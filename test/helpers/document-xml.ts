// Checks the XML in documents: complete files as they are, parts after inserting them into a complete file.

import { createKeyPair } from '../../src/base/keys.js';
import { readMetaContext } from '../../src/model/read/meta-context.js';
import { readContext } from '../../src/model/read/read-context.js';
import { monitorConfiguration } from '../../src/monitor/index.js';
import type { CodeBlock } from './documents.js';

const triggers = ['start', 'update', 'fail', 'exit'].map(
  (each) => `<on_${each}><action/><call/></on_${each}>`,
);
const STATE = `<state type="on_start">${triggers.join('')}</state>`;
const CONFIGURATION = '<configuration><device_action/><location/></configuration>';

interface Parts {
  readonly configuration?: string;
  readonly state?: string;
  readonly supervision?: string;
}

const inService = ({ configuration = CONFIGURATION, state = STATE, supervision = '' }: Parts = {}) =>
  `<TaskService id="ts_1" instance="Own" serviceType="Process" topic="process"><Task><description/><message><header>
   <action>start</action><service_name>own</service_name></header><content>${configuration}</content></message>
   ${state}${supervision}</Task></TaskService>`;

const inContext = (content: string) =>
  `<Context><FrontEndEndpoint>tcp://127.0.0.1:5556</FrontEndEndpoint><BackendEndpoint>tcp://127.0.0.1:5557</BackendEndpoint>
   <FrontBind>tcp://127.0.0.1:5557</FrontBind><BackendBind>tcp://127.0.0.1:5556</BackendBind><ContextID>context001</ContextID>
   <TaskLogName>Own</TaskLogName>${content}</Context>`;

/** How to complete a part, by the name of its outermost element. */
const PLACES: Readonly<Record<string, (part: string) => string>> = {
  TaskService: inContext,
  Security: (security) => inContext(security + inService()),
  configuration: (configuration) => inContext(inService({ configuration })),
  supervision: (supervision) => inContext(inService({ supervision })),
  state: (state) => inContext(inService({ state })),
};

function complete(text: string): string {
  const [, root = ''] = /^\s*(?:<\?[\s\S]*?\?>|<!--[\s\S]*?-->|\s)*<([A-Za-z_]+)/.exec(text) ?? [];
  // `key="…anna's…"` is replaced by a new key.
  const whole = text.replace(/"…[^"]*…"/g, () => `"${escape(createKeyPair().publicKey)}"`);
  return PLACES[root]?.(whole) ?? whole;
}

function escape(key: string): string {
  return key.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

export function findXmlFault({ place, text }: CodeBlock): readonly string[] {
  try {
    const whole = complete(text);
    if (whole.includes('<MetaServiceConf')) readMetaContext(whole, place);
    else readContext(whole, place).configuration.TaskService.forEach(checkMonitor);
    return [];
  } catch (error) {
    return [`${place}: ${String(error)}`];
  }
}

type Service = ReturnType<typeof readContext>['configuration']['TaskService'][number];

/** Checks the configuration like a Monitor at its start. */
function checkMonitor({ Task }: Service): void {
  const { configuration } = Task.message.content;
  if ('monitor_options' in configuration) monitorConfiguration.parse(configuration);
}
