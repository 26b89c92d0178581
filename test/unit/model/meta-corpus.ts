// Valid and invalid meta files, the expected findings, and whether a schema can detect them.

import type { BrokenCase, ValidCase } from './context-corpus.js';

const TRIGGERS = ['on_start', 'on_update', 'on_fail', 'on_exit'] as const;
type Trigger = (typeof TRIGGERS)[number];

/** Line 1 is the root, lines 2 to 6 are the head; a service has 1 + 5 + 4 + 1 lines. */
const meta = (services: string, head = HEAD) => `<MetaServiceConf>\n${head}\n${services}\n</MetaServiceConf>`;
const HEAD = [
  '<context_name>Sample</context_name>',
  '<server_ip>127.0.0.1</server_ip>',
  '<sub_port>5556</sub_port>',
  '<pub_port>5557</pub_port>',
  '<service_path>..</service_path>',
].join('\n');

const service = (id = 'ts_1', name = 'Stand', states: Partial<Record<Trigger, string>> = {}, extra = '') =>
  [
    `<Service>${extra}`,
    `<task_service>${name}</task_service>`,
    `<task_class>${name}ing</task_class>`,
    '<task_desc>stands</task_desc>',
    '<service_name>stand</service_name>',
    `<task_id>${id}</task_id>`,
    ...TRIGGERS.map((trigger) => states[trigger] ?? state(trigger)),
    '</Service>',
  ].join('\n');

const state = (trigger: string, action = '', id = '') =>
  `<state><trigger>${trigger}</trigger><action>${action}</action><state_id>${id}</state_id></state>`;

const names = 'letters, digits and _, not starting with a digit, at most 100 long';

export const VALID_METAS: readonly ValidCase[] = [
  { title: 'the smallest meta file with a service', text: meta(service()) },
  { title: 'no service', text: meta('') },
  { title: 'the head behind the services', text: `<MetaServiceConf>${service()}${HEAD}</MetaServiceConf>` },
  {
    title: 'the states before and between the other elements',
    text: meta(
      `<Service>${state('on_exit')}<task_id>a</task_id>${state('on_fail')}<task_service>A</task_service>` +
        `${state('on_start')}${state('on_update')}<task_class>A</task_class><task_desc/>` +
        '<service_name>a</service_name></Service>',
    ),
  },
  {
    title: 'states without action',
    text: meta(service('a', 'A', { on_fail: '<state><trigger>on_fail</trigger></state>' })),
  },
  { title: 'a single task', text: meta(service().replace('<Service>', "<Service task_type='Single'>")) },
  {
    title: 'a blank context_id',
    text: meta(service(), `${HEAD}<context_id/><home_path/><log_on>1</log_on>`),
  },
  {
    title: 'targets in other services',
    text: meta(service('a', 'A', { on_exit: state('on_exit', 'start', 'b a') }) + service('b', 'B')),
  },
];

export const BROKEN_METAS: readonly BrokenCase[] = [
  {
    title: 'a wrong root element',
    text: '<Context/>',
    faults: ['1:1 root element <Context>, allowed: <MetaServiceConf>'],
  },
  {
    title: 'an empty head',
    text: '<MetaServiceConf>\n</MetaServiceConf>',
    faults: ['context_name', 'server_ip', 'sub_port', 'pub_port', 'service_path'].map(
      (name) => `1:1 <MetaServiceConf> has no <${name}>`,
    ),
  },
  {
    title: 'a missing state',
    text: meta(service('a', 'A', { on_fail: '' })),
    faults: [
      '7:1 <Service> has no <state> for on_fail, allowed: each of on_start, on_update, on_fail, on_exit once',
    ],
  },
  {
    title: 'a duplicate state',
    text: meta(service('a', 'A', { on_fail: state('on_exit') })),
    faults: ['16:8 a second state for on_exit, the first is on line 15'],
  },
  {
    title: 'a trigger that is misspelt',
    text: meta(service('a', 'A', { on_fail: state('on_fial') })),
    faults: [
      '15:8 trigger "on_fial", allowed: on_start, on_update, on_fail, on_exit (did you mean "on_fail"?)',
    ],
  },
  {
    title: 'duplicate ids and names',
    text: meta(`${service()}\n${service()}`),
    faults: [
      '19:1 task_service "Stand" is taken, the first is on line 8',
      '23:1 task_id "ts_1" is taken, the first is on line 12',
    ],
  },
  {
    title: 'names that are not identifiers',
    text: meta(service('../x', '*/ process.exit() /*')),
    faults: [
      `8:1 task_service "*/ process.exit() /*", allowed: ${names}`,
      `9:1 task_class "*/ process.exit() /*ing", allowed: ${names}`,
      '12:1 task_id "../x", allowed: letters, digits and _ . : -, not starting with . : or -, at most 128 long',
    ],
  },
  {
    title: 'a context name with a path out of the folder',
    text: meta(service(), HEAD.replace('Sample', '../../Sample')),
    faults: ['2:1 context_name "../../Sample", allowed: letters, digits and _ . -, not starting with . or -'],
  },
  {
    title: 'invalid ports and an invalid address',
    text: meta(service(), HEAD.replace('5556', 'x').replace('5557', '70000').replace('127.0.0.1', 'a b')),
    faults: [
      '3:1 server_ip "a b", allowed: an address or a host name',
      '4:1 sub_port "x", allowed: a port from 1 to 65535',
      '5:1 pub_port "70000", allowed: a port from 1 to 65535',
    ],
  },
  {
    title: 'the same port for subscribers and publishers',
    text: meta(service(), HEAD.replace('5557', '5556')),
    faults: ['5:1 pub_port 5556 is the sub_port, allowed: another one'],
  },
  {
    title: 'an unknown task_type',
    text: meta(service().replace('<Service>', '<Service task_type="single">')),
    faults: ['7:10 task_type "single", allowed: Looped, Single (did you mean "Single"?)'],
  },
  {
    title: 'an unknown entry_action',
    text: meta(service('a', 'A', {}, '<entry_action>start</entry_action>')),
    faults: ['7:10 entry_action "start", allowed: on_start, start_now, on_update, on_fail, on_exit'],
  },
  {
    title: 'an unknown action',
    text: meta(service('a', 'A', { on_exit: state('on_exit', 'strat', 'a') })),
    faults: ['16:34 action "strat", allowed: start, stop, restart or nothing (did you mean "start"?)'],
  },
  {
    title: 'an action without a target, and a target without an action',
    text: meta(service('a', 'A', { on_fail: state('on_fail', 'start'), on_exit: state('on_exit', '', 'a') })),
    faults: [
      '15:34 action "start" without a state_id, allowed: both or neither',
      '16:51 state_id "a" without an action, allowed: both or neither',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'a missing target',
    text: meta(service('ts_100', 'A', { on_exit: state('on_exit', 'start', 'ts_10O') })),
    faults: ['16:56 state_id "ts_10O", allowed: ts_100 (did you mean "ts_100"?)'],
    isBeyondSchema: true,
  },
];
