// Valid and invalid context files, the expected findings, and whether a schema can detect them.

import { BROKEN_FORMS } from './broken-forms.js';
import { BROKEN_PROGRAMS, VALID_PROGRAMS } from './broken-programs.js';
import { BROKEN_SECURITY } from './broken-security.js';
import { BROKEN_SERVICES } from './broken-services.js';
import {
  CLIENT_KEY,
  contextText,
  ENDPOINTS,
  SERVER_KEY,
  serviceText,
  stateText,
  triggerText,
  withEndpoint,
  withSecurity,
  withSupervision,
} from './sample-files.js';

export interface ValidCase {
  readonly title: string;
  readonly text: string;
}
export interface BrokenCase {
  readonly title: string;
  readonly text: string;
  /** As reported: line:column message (hint), in order. */
  readonly faults: readonly string[];
  /** True if XSD 1.0 cannot express the rule. */
  readonly isBeyondSchema?: boolean;
}

export const BROKEN_CONTEXTS: readonly BrokenCase[] = [
  ...BROKEN_FORMS,
  ...BROKEN_SECURITY,
  ...BROKEN_SERVICES,
  ...BROKEN_PROGRAMS,
];

export const VALID_CONTEXTS: readonly ValidCase[] = [
  ...VALID_PROGRAMS,
  { title: 'keys and no client', text: withSecurity(`public_key="${SERVER_KEY}" secret_key="s"`) },
  {
    title: 'a key with characters that are escaped in XML',
    text: withSecurity(
      `public_key="${SERVER_KEY}" secret_key="s"`,
      `name="a" key="${CLIENT_KEY.replace('^', '&lt;').replace('!', '&amp;')}" role="read"`,
    ),
  },
  { title: 'the smallest context with a service', text: contextText() },
  { title: 'a context without services', text: contextText('') },
  { title: 'elements in another order', text: `<Context>${serviceText()}${ENDPOINTS}<log_on/></Context>` },
  {
    title: 'attributes in another order and with single quotes',
    text: contextText(
      serviceText({ attributes: "topic='process' serviceType='Thread' instance='Echo' id='ts.1:a-b'" }),
    ),
  },
  {
    title: 'hints for editors on the root',
    text: contextText().replace(
      '<Context>',
      '<Context xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="context.xsd">',
    ),
  },
  { title: 'text with blanks around it', text: withEndpoint('tcp://*:5557', '\n\ttcp://*:5557\n') },
  {
    title: 'local sockets',
    text: contextText(serviceText(), ENDPOINTS.replaceAll(/tcp:..(127.0.0.1|\*):/g, 'ipc:///tmp/contextd-')),
  },
  {
    title: 'an IPv6 address and a host name',
    text: withEndpoint('tcp://127.0.0.1:5556', 'tcp://[::1]:5556').replace(
      'tcp://127.0.0.1:5557',
      'tcp://bus.local:5557',
    ),
  },
  { title: 'no state', text: contextText(serviceText({ state: '' })) },
  {
    title: 'blank transitions',
    text: contextText(serviceText({ state: stateText('<on_start><action/><call/></on_start><on_fail/>') })),
  },
  {
    title: 'a call of several services',
    text: contextText(
      [
        serviceText({ state: stateText(triggerText('on_exit', 'start', ' ts_2\n ts_3 ')) }),
        serviceText({ id: 'ts_2', state: stateText('', 'on_update') }),
        serviceText({ id: 'ts_3', state: stateText('', 'on_fail') }),
      ].join(''),
    ),
  },
  {
    title: 'supervision',
    text: withSupervision(
      '<heartbeat_s>0.5</heartbeat_s><max_restarts>0</max_restarts><backoff_s>0</backoff_s><stop_signal>SIGINT</stop_signal>',
    ),
  },
  {
    title: 'limits',
    text: withSupervision(
      '<limit metric="rss" above="200" for_s="10" event="failed"/><heartbeat_s>1</heartbeat_s>' +
        '<limit metric="cpu" above="99.5"/><limit event="updated" metric="event_loop_lag_ms" above="0"></limit>',
    ),
  },
  {
    title: 'keys of the task, nested, repeated and with attributes',
    text: contextText(
      serviceText({
        configuration: '<limit metric="rss" above="200"/><to>a</to><to>b</to><deep><er>1</er></deep>',
      }),
    ),
  },
  { title: 'a body without configuration', text: contextText().replace(/<content>.*<\/content>/, '') },
];
