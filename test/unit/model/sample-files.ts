// Context and meta files as text, with one tag or element per line, so that tests know all line numbers.

export interface ServiceParts {
  readonly id?: string;
  readonly attributes?: string;
  readonly state?: string;
  readonly supervision?: string;
  readonly configuration?: string;
}

/** A service with replaceable attributes, transitions and so on. */
export function serviceText(parts: ServiceParts = {}): string {
  const attributes = parts.attributes ?? `id="${parts.id ?? 'ts_1'}" instance="Echo"`;
  return [
    `<TaskService ${attributes}>`,
    '<Task>',
    '<message>',
    '<header>',
    '<service_name>echo</service_name>',
    '</header>',
    `<content><configuration>${parts.configuration ?? ''}</configuration></content>`,
    '</message>',
    parts.state ?? '<state type="on_start"/>',
    parts.supervision ?? '',
    '</Task>',
    '</TaskService>',
  ].join('\n');
}

export const SERVER_KEY = 'dE7MwwDEPZa$[R$OpnKx7m*n213yY/pVL)AjCO(B';
export const CLIENT_KEY = '1r*Qv@B=6RHa$!nuC)Q^E%HtMLTl*24er#eBk3^}';

/** With <Security> in line 6 and each client on its own line. */
export function withSecurity(attributes: string, ...clients: readonly string[]): string {
  const inner = clients.map((each) => `<Client ${each}/>\n`).join('');
  return contextText(serviceText(), `${ENDPOINTS}\n<Security ${attributes}>\n${inner}</Security>`);
}

export const ENDPOINTS = [
  '<FrontEndEndpoint>tcp://127.0.0.1:5556</FrontEndEndpoint>',
  '<BackendEndpoint>tcp://127.0.0.1:5557</BackendEndpoint>',
  '<FrontBind>tcp://*:5557</FrontBind>',
  '<BackendBind>tcp://*:5556</BackendBind>',
].join('\n');

/** Line 1 is the root, lines 2 to 5 the endpoints, line 6 starts the first service. */
export function contextText(services: string = serviceText(), endpoints: string = ENDPOINTS): string {
  return `<Context>\n${endpoints}\n${services}\n</Context>\n`;
}

export function twoServices(first: string, second: string): string {
  return contextText(`${first}\n${second}`);
}

export function stateText(inner: string, type = 'on_start'): string {
  return `<state type="${type}">${inner}</state>`;
}

export function triggerText(trigger: string, action: string, call: string): string {
  return `<${trigger}><action>${action}</action><call>${call}</call></${trigger}>`;
}

export function withSupervision(inner: string): string {
  return contextText(serviceText({ supervision: `<supervision>${inner}</supervision>` }));
}

export function withEndpoint(from: string, to: string): string {
  return contextText(serviceText(), ENDPOINTS.replace(from, to));
}

/** A file with every element, one tag or complete element per line. */
export const FULL_CONTEXT = [
  '<Context>',
  ENDPOINTS,
  '<ContextID>context001</ContextID>',
  '<TaskLogName>Sample</TaskLogName>',
  '<log_on>1</log_on>',
  `<Security public_key="${SERVER_KEY}" secret_key="../keys/server.key_secret">`,
  `<Client name="anna" key="${CLIENT_KEY}" role="admin"></Client>`,
  '</Security>',
  fullService('ts_1', 'WakeUp', 'start', 'ts_2'),
  fullService('ts_2', 'CheckEmails', '', ''),
  '</Context>',
  '',
].join('\n');

function fullService(id: string, instance: string, action: string, call: string): string {
  return [
    `<TaskService id="${id}" instance="${instance}" serviceType="Process" topic="process">`,
    '<Task>',
    '<description>does its work</description>',
    '<message>',
    '<header>',
    '<action>start</action>',
    '<service_id></service_id>',
    '<service_name>worker</service_name>',
    '<transaction></transaction>',
    '</header>',
    '<content>',
    '<configuration>',
    '<device_action>work</device_action>',
    '</configuration>',
    '</content>',
    '</message>',
    '<state type="on_start">',
    ...['on_start', 'on_update', 'on_fail', 'on_exit'].flatMap((trigger) => [
      `<${trigger}>`,
      `<action>${trigger === 'on_exit' ? action : ''}</action>`,
      `<call>${trigger === 'on_exit' ? call : ''}</call>`,
      `</${trigger}>`,
    ]),
    '</state>',
    '<supervision>',
    '<heartbeat_s>2</heartbeat_s>',
    '<max_restarts>5</max_restarts>',
    '<stop_signal>SIGTERM</stop_signal>',
    '<limit metric="rss" above="200" for_s="10" event="updated"></limit>',
    '</supervision>',
    '</Task>',
    '</TaskService>',
  ].join('\n');
}

export const FULL_META = [
  '<MetaServiceConf>',
  '<context_name>Sample</context_name>',
  '<context_id>context001</context_id>',
  '<server_ip>127.0.0.1</server_ip>',
  '<sub_port>5556</sub_port>',
  '<pub_port>5557</pub_port>',
  '<service_path>..</service_path>',
  '<home_path>..</home_path>',
  '<log_on>0</log_on>',
  metaService('Stand', 'ts_100', 'start', 'ts_101'),
  metaService('Walk', 'ts_101', '', ''),
  '</MetaServiceConf>',
  '',
].join('\n');

function metaService(name: string, id: string, action: string, target: string): string {
  return [
    '<Service task_type="Looped">',
    `<task_service>${name}</task_service>`,
    `<task_class>${name}ing</task_class>`,
    '<task_desc>does its work</task_desc>',
    '<service_name>state_update</service_name>',
    `<task_id>${id}</task_id>`,
    '<device_action>pass</device_action>',
    '<task_topic>process</task_topic>',
    '<location>services</location>',
    '<entry_action>on_start</entry_action>',
    ...['on_start', 'on_update', 'on_fail', 'on_exit'].flatMap((trigger) => [
      '<state>',
      `<trigger>${trigger}</trigger>`,
      `<action>${trigger === 'on_exit' ? action : ''}</action>`,
      `<state_id>${trigger === 'on_exit' ? target : ''}</state_id>`,
      '</state>',
    ]),
    '</Service>',
  ].join('\n');
}
