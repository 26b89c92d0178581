// The request of the tutorial, as a base for tests of the scaffolder.

import type { ScaffoldRequest, ServiceRequest } from '../../../src/scaffold/request.js';

export const SERVICE: ServiceRequest = {
  taskService: 'EchoAction',
  taskFile: 'EchoAction',
  taskClass: 'EchoShouting',
  description: 'An echo action is for shouting the time after counting 10s',
  serviceName: 'echo_action',
  taskId: 'ts_100',
  deviceAction: 'shout',
  entry: 'on_start',
  taskType: 'Looped',
  topic: 'process',
  location: 'services',
  restart: 'on-failure',
  transitions: {},
};

export const REQUEST: ScaffoldRequest = {
  servicePath: '/home/me/work',
  homePath: '/home/me/work',
  context: {
    contextName: 'EchoAction',
    contextId: undefined,
    serverIp: '127.0.0.1',
    subPort: '5556',
    pubPort: '5557',
  },
  services: [SERVICE],
};

export const WALK: ServiceRequest = {
  ...SERVICE,
  taskService: 'Walk',
  taskFile: 'Walk',
  taskClass: 'Walking',
  description: 'Walk along the street',
  serviceName: 'walk',
  taskId: 'ts_101',
};
