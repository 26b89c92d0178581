// Context files with invalid transitions, supervision or mixed text, and the expected findings.

import type { BrokenCase } from './context-corpus.js';
import {
  contextText,
  serviceText,
  stateText,
  triggerText,
  twoServices,
  withSupervision,
} from './sample-files.js';

const sup = 'a number of seconds';
const units = 'rss, vms and pss are in MiB, cpu in percent of one core';
const endpoints = 'allowed: tcp://HOST:PORT with a port from 1 to 65535, or ipc://PATH';

export const BROKEN_SERVICES: readonly BrokenCase[] = [
  {
    title: 'a limit with an unknown metric',
    text: withSupervision('<limit metric="RAM" above="1"/>'),
    faults: ['15:21 metric "RAM", allowed: rss, vms, pss, cpu, threads, fds, children, event_loop_lag_ms'],
  },
  {
    title: 'a limit with a misspelt metric and an invalid number, time and event',
    text: withSupervision('<limit metric="fd" above="200M" for_s="-1" event="fail"/>'),
    faults: [
      '15:21 metric "fd", allowed: rss, vms, pss, cpu, threads, fds, children, event_loop_lag_ms (did you mean "fds"?)',
      `15:33 above "200M", allowed: a number from 0 up to 1000000000 (${units})`,
      `15:46 for_s "-1", allowed: ${sup} from 0 up to 2000000`,
      '15:57 event "fail", allowed: failed, updated',
    ],
  },
  {
    title: 'a limit without attributes',
    text: withSupervision('<limit/><limit metric="rss" over="1">2</limit>'),
    faults: [
      '15:14 <limit> has no attribute metric',
      '15:14 <limit> has no attribute above',
      '15:22 <limit> has no attribute above',
      '15:42 unknown attribute over of <limit>, allowed: metric, above, for_s, event',
      '15:51 text "2" in <limit>, allowed: none',
    ],
  },
  {
    title: 'a limit too high, with the units',
    text: withSupervision('<limit metric="cpu" above="2000000000"/>'),
    faults: [`15:34 above "2000000000", allowed: a number from 0 up to 1000000000 (${units})`],
  },
  {
    title: 'an unknown entry',
    text: contextText(serviceText({ state: stateText('', 'onstart') })),
    faults: [
      '14:8 type "onstart", allowed: on_start, start_now, on_update, on_fail, on_exit (did you mean "on_start"?)',
    ],
  },
  {
    title: 'an unknown trigger',
    text: contextText(serviceText({ state: stateText('<on_exist/>') })),
    faults: [
      '14:24 unknown element <on_exist> in <state>, allowed: <on_start>, <on_update>, <on_fail>, <on_exit> ' +
        '(did you mean "on_exit"?)',
    ],
  },
  {
    title: 'an unknown action',
    text: contextText(serviceText({ state: stateText(triggerText('on_fail', 'reboot', 'ts_1')) })),
    faults: ['14:33 action "reboot", allowed: start, stop, restart or nothing'],
  },
  {
    title: 'an action without a call',
    text: contextText(serviceText({ state: stateText(triggerText('on_fail', 'restart', '')) })),
    faults: [
      '14:33 on_fail has the action "restart", but calls no service, allowed: both or neither ' +
        '(add <call> with the id of a task service)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'a call without an action',
    text: contextText(serviceText({ state: stateText(triggerText('on_fail', '', 'ts_1')) })),
    faults: [
      '14:50 on_fail calls ts_1, but has no action, allowed: both or neither (add <action>start</action>)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'calls of missing services',
    text: twoServices(
      serviceText({ state: stateText(triggerText('on_exit', 'start', 'ts_2 ts_02 xyz')) }),
      serviceText({ id: 'ts_2' }),
    ),
    faults: [
      '14:55 on_exit calls "ts_02", allowed: ts_1, ts_2 (did you mean "ts_2"?)',
      '14:55 on_exit calls "xyz", allowed: ts_1, ts_2',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'supervision that is not a number, out of range or unknown',
    text: withSupervision(
      '\n<heartbeat_s>soon</heartbeat_s>\n<start_timeout_s>0</start_timeout_s>\n<max_restarts>1.5</max_restarts>' +
        '\n<backoff_s>-1</backoff_s>\n<backoff_max_s></backoff_max_s>\n<orphan_grace_s>9999999</orphan_grace_s>\n<log_files>0</log_files>',
    ),
    faults: [
      `16:1 heartbeat_s "soon", allowed: ${sup} above 0 up to 2000000`,
      `17:1 start_timeout_s "0", allowed: ${sup} above 0 up to 2000000`,
      '18:1 max_restarts "1.5", allowed: a whole number from 0 up to 1000000',
      `19:1 backoff_s "-1", allowed: ${sup} from 0 up to 2000000`,
      `20:1 backoff_max_s "", allowed: ${sup} from 0 up to 2000000`,
      `21:1 orphan_grace_s "9999999", allowed: ${sup} from 0 up to 2000000`,
      '22:1 log_files "0", allowed: a whole number from 1 up to 1000000',
    ],
  },
  {
    title: 'a signal that does not exist',
    text: withSupervision('<stop_signal>SIGTREM</stop_signal>'),
    faults: [
      '15:14 stop_signal "SIGTREM", allowed: the name of a signal, such as SIGTERM (did you mean "SIGTERM"?)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'services that start each other by on_start',
    text: twoServices(
      serviceText({ state: stateText(triggerText('on_start', 'start', 'ts_2')) }),
      serviceText({ id: 'ts_2', state: stateText(triggerText('on_start', 'start', 'ts_1')) }),
    ),
    faults: [
      '14:56 services start each other without end: ts_1 -> ts_2 -> ts_1 ' +
        '(let one of them start the next by on_update or on_exit)',
    ],
    isBeyondSchema: true,
  },
  {
    title: 'text among elements',
    text: contextText().replace('<Task>', '<Task>\n stray'),
    faults: ['8:2 text "stray" in <Task>, allowed: <description>, <message>, <state>, <supervision>'],
  },
  {
    title: 'text beside the keys of a task',
    text: contextText(serviceText({ configuration: 'stray<key>1</key>' })),
    faults: ['12:25 text "stray" beside elements in <configuration>, allowed: elements'],
  },
  {
    title: 'elements in text',
    text: contextText().replace('>echo<', '><b>echo</b><'),
    faults: ['10:15 unknown element <b> in <service_name>, allowed: none'],
  },
  {
    title: 'several faults, reported together and in order',
    text: twoServices(
      serviceText({ id: '-' }),
      serviceText({ id: 'ts_2', state: stateText('', 'x') }),
    ).replace('tcp://*:5557', 'x'),
    faults: [
      `4:1 FrontBind "x", ${endpoints}`,
      '6:14 id "-", allowed: letters, digits and _ . : -, not starting with . : or -, at most 128 long',
      '26:8 type "x", allowed: on_start, start_now, on_update, on_fail, on_exit',
    ],
  },
];
