// The optional elements of a file, including repeated ones.

export const CONTEXT_OPTIONAL: ReadonlySet<string> = new Set([
  ...['ContextID', 'TaskLogName', 'log_on', 'TaskService', 'description', 'action', 'call', 'service_id'],
  ...['transaction', 'content', 'configuration', 'device_action', 'state', 'supervision', 'heartbeat_s'],
  ...[
    'limit',
    'Security',
    'Client',
    'max_restarts',
    'stop_signal',
    'on_start',
    'on_update',
    'on_fail',
    'on_exit',
  ],
]);

export const META_OPTIONAL: ReadonlySet<string> = new Set([
  ...['context_id', 'home_path', 'log_on', 'Service', 'device_action', 'task_topic', 'location'],
  ...['entry_action', 'action', 'state_id'],
]);
