// Messages as the original system sends them: sorted keys and an indent of 4, written by hand.

const CONFIGURATION = {
  BackBind: 'ignored',
  BackendBind: 'tcp://*:5556',
  BackendEndpoint: 'tcp://127.0.0.1:5557',
  ContextID: 'context001',
  FrontBind: 'tcp://*:5557',
  FrontEndEndpoint: 'tcp://127.0.0.1:5556',
  TaskLogName: 'EchoAction',
};

const TASK_SERVICE = {
  Task: {
    description: 'An echo action',
    message: {
      content: { configuration: { device_action: 'shout', location: '/home/me/services' } },
      header: { action: 'start', service_id: 'ts_100', service_name: 'echo_action', transaction: 'TX01' },
    },
    state: {
      on_exit: { action: '', call: '' },
      on_fail: { action: 'restart', call: 'ts_100' },
      on_start: { action: '', call: '' },
      on_update: { action: '', call: '' },
      type: 'on_start',
    },
  },
  id: 'ts_100',
  instance: 'EchoAction',
  serviceType: 'Process',
  topic: 'process',
};

const header = (action: string, more: Record<string, string> = {}) => ({
  action,
  service_id: 'context001',
  service_name: 'context',
  service_transaction: 'TX01',
  ...more,
});

export interface Original {
  readonly title: string;
  readonly kind: string;
  readonly topic: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const TASK = {
  action: 'started',
  instance: 'EchoAction',
  pid: 4711,
  serviceName: 'echo_action',
  service_id: 'ts_100',
  state: 'success',
  task: TASK_SERVICE,
};

export const ORIGINALS: readonly Original[] = [
  ...['start', 'stop', 'restart', 'exit'].map((action) => ({
    title: `a client's ${action}, without a message id`,
    kind: 'context_command',
    topic: 'context',
    body: {
      content: { configuration: { ...CONFIGURATION, TaskService: TASK_SERVICE } },
      header: header(action),
    },
  })),
  {
    title: 'a stop of everything from a client, with a blank configuration',
    kind: 'context_command',
    topic: 'context',
    body: { content: { configuration: '' }, header: header('stop', { service_name: 'all' }) },
  },
  { title: 'a command for one service', kind: 'process_command', topic: 'process', body: TASK_SERVICE },
  {
    title: 'a command for one service, on its own topic',
    kind: 'process_command',
    topic: 'process.TX01.ts_100',
    body: TASK_SERVICE,
  },
  ...['created', 'started', 'updated', 'failed', 'stopped', 'exited'].map((action) => ({
    title: `a service's ${action}`,
    kind: 'service_event',
    topic: 'control',
    body: {
      content: { status: { device_action: 'shout', pid: 4711, result: 'success', shout: 'hello' } },
      header: header(action, { service_id: 'ts_100', service_name: 'echo_action' }),
    },
  })),
  {
    title: 'context information',
    kind: 'context_info',
    topic: 'control',
    body: {
      content: {
        status: {
          data: [
            {
              TX01: {
                configuration: CONFIGURATION,
                contextId: 'context001',
                contextLogName: 'EchoAction',
                contextName: 'context',
                tasks: [TASK, { ...TASK, pid: null, state: 'in_progress' }, { ...TASK, state: 'failed' }],
              },
            },
          ],
          device_action: 'context_info',
          result: 'success',
        },
      },
      header: header('update'),
    },
  },
  {
    title: 'a state request',
    kind: 'state_request',
    topic: 'state',
    body: { content: {}, header: header('request', { service_id: '', service_name: 'state' }) },
  },
  {
    title: 'its reply',
    kind: 'state_reply',
    topic: 'state',
    body: {
      content: { contextId: 'context001', tasks: [TASK] },
      header: header('reply_context', { service_id: '', service_name: 'state' }),
    },
  },
  {
    title: 'the reply to a request for resource usage',
    kind: 'state_reply',
    topic: 'state',
    body: {
      content: [
        { instance: 'EchoAction', memory: {}, pid: 4711, serviceName: 'echo_action', service_id: 'ts_100' },
      ],
      header: header('reply_top', { service_id: '', service_name: 'monitor' }),
    },
  },
];

/** The bytes that the original puts on the wire. */
export function frameOf({ topic, body }: Original): Uint8Array {
  return Buffer.from(`${topic} @@@ ${JSON.stringify(body, undefined, 4)}`);
}
