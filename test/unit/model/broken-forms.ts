// Context files with invalid elements, attributes, ids or endpoints, and the expected findings.

import type { BrokenCase } from './context-corpus.js';
import { contextText, ENDPOINTS, serviceText, twoServices, withEndpoint } from './sample-files.js';

const endpoints = 'allowed: tcp://HOST:PORT with a port from 1 to 65535, or ipc://PATH';

export const BROKEN_FORMS: readonly BrokenCase[] = [
  {
    title: 'a wrong root element',
    text: contextText().replaceAll('Context>', 'Contxt>'),
    faults: ['1:1 root element <Contxt>, allowed: <Context> (did you mean "Context"?)'],
  },
  {
    title: 'no endpoints at all',
    text: '<Context/>',
    faults: [
      '1:1 <Context> has no <FrontEndEndpoint>',
      '1:1 <Context> has no <BackendEndpoint>',
      '1:1 <Context> has no <FrontBind>',
      '1:1 <Context> has no <BackendBind>',
    ],
  },
  {
    title: 'an unknown element',
    text: contextText(serviceText(), `${ENDPOINTS}\n  <TaskLogNam>x</TaskLogNam>`),
    faults: [
      '6:3 unknown element <TaskLogNam> in <Context>, allowed: <FrontEndEndpoint>, <BackendEndpoint>, <FrontBind>, ' +
        '<BackendBind>, <ContextID>, <TaskLogName>, <log_on>, <Security>, <TaskService> (did you mean "TaskLogName"?)',
    ],
  },
  {
    title: 'attributes missing, unknown and misspelt',
    text: contextText(serviceText({ attributes: 'idd="ts_1" colour="red"' })),
    faults: [
      '6:1 <TaskService> has no attribute id',
      '6:1 <TaskService> has no attribute instance',
      '6:14 unknown attribute idd of <TaskService>, allowed: id, instance, serviceType, topic (did you mean "id"?)',
      '6:25 unknown attribute colour of <TaskService>, allowed: id, instance, serviceType, topic',
    ],
  },
  {
    title: 'an element twice',
    text: contextText(serviceText(), `${ENDPOINTS}\n<FrontBind>tcp://*:5557</FrontBind>`),
    faults: ['6:1 a second <FrontBind> in <Context>, the first is on line 4'],
  },
  {
    title: 'a service without Task',
    text: contextText('<TaskService id="a" instance="A"/>'),
    faults: ['6:1 <TaskService> has no <Task>'],
  },
  {
    title: 'a task without message',
    text: contextText('<TaskService id="a" instance="A">\n<Task/></TaskService>'),
    faults: ['7:1 <Task> has no <message>'],
  },
  {
    title: 'a message without header',
    text: contextText('<TaskService id="a" instance="A">\n<Task>\n<message/></Task></TaskService>'),
    faults: ['8:1 <message> has no <header>'],
  },
  {
    title: 'a header without service_name',
    text: contextText().replace('<service_name>echo</service_name>', '<action>start</action>'),
    faults: ['9:1 <header> has no <service_name>'],
  },
  {
    title: 'an empty service_name',
    text: contextText().replace('>echo<', '> <'),
    faults: ['10:1 service_name "", allowed: a name such as echo_action'],
  },
  {
    title: 'an id twice',
    text: twoServices(serviceText(), serviceText()),
    faults: ['18:14 id "ts_1" is taken, the first is on line 6'],
  },
  {
    title: 'invalid ids',
    text: twoServices(serviceText({ id: 'a b' }), serviceText({ id: '' })),
    faults: [
      '6:14 id "a b", allowed: letters, digits and _ . : -, not starting with . : or -, at most 128 long',
      '18:14 id "", allowed: letters, digits and _ . : -, not starting with . : or -, at most 128 long',
    ],
  },
  {
    title: 'a ContextID that is not a valid id',
    text: contextText(serviceText(), `${ENDPOINTS}\n<ContextID>../etc</ContextID>`),
    faults: [
      '6:1 ContextID "../etc", allowed: letters, digits and _ . : -, not starting with . : or -, at most 128 long',
    ],
  },
  {
    title: 'an instance that is not an identifier',
    text: contextText(serviceText({ attributes: 'id="a" instance="../Echo"' })),
    faults: [
      '6:21 instance "../Echo", allowed: letters, digits and _, not starting with a digit, at most 100 long',
    ],
  },
  {
    title: 'a misspelt serviceType',
    text: contextText(serviceText({ attributes: 'id="a" instance="A" serviceType="process"' })),
    faults: ['6:34 serviceType "process", allowed: Process, Thread (did you mean "Process"?)'],
  },
  {
    title: 'an endpoint without protocol',
    text: withEndpoint('tcp://127.0.0.1:5556', '127.0.0.1:5556'),
    faults: [`2:1 FrontEndEndpoint "127.0.0.1:5556", ${endpoints} (did you mean "tcp://127.0.0.1:5556"?)`],
  },
  {
    title: 'invalid ports',
    text: withEndpoint('tcp://*:5557', 'tcp://*:65536').replace('tcp://*:5556', 'tcp://*:0'),
    faults: [`4:1 FrontBind "tcp://*:65536", ${endpoints}`, `5:1 BackendBind "tcp://*:0", ${endpoints}`],
  },
  {
    title: 'an inproc endpoint',
    text: withEndpoint('tcp://127.0.0.1:5556', 'inproc://x'),
    faults: [
      `2:1 FrontEndEndpoint "inproc://x", ${endpoints} (inproc reaches only one process; use ipc:// on one machine)`,
    ],
  },
  {
    title: 'a star instead of a host',
    text: withEndpoint('tcp://127.0.0.1:5556', 'tcp://*:5556'),
    faults: [
      '2:1 FrontEndEndpoint "tcp://*:5556", allowed: a host to connect to; "*" is for binds (write tcp://127.0.0.1:5556)',
    ],
  },
  {
    title: 'the same port for subscribers and publishers',
    text: contextText(serviceText(), ENDPOINTS.replaceAll('5557', '5556')),
    faults: ['3:1 BackendEndpoint has the port 5556 of FrontEndEndpoint, allowed: another one'],
  },
  {
    title: 'swapped binds',
    text: contextText(
      serviceText(),
      ENDPOINTS.replace('*:5557', '*:0').replace('*:5556', '*:5557').replace('*:0', '*:5556'),
    ),
    faults: [
      '4:1 FrontBind has port 5556, allowed: the port 5557 of BackendEndpoint',
      '5:1 BackendBind has port 5557, allowed: the port 5556 of FrontEndEndpoint',
    ],
    isBeyondSchema: true,
  },
];
