// The request of a meta file: the same as from flags, for several services.

import { describe, expect, test } from 'vitest';
import { readMetaContext } from '../../../src/model/read/meta-context.js';
import { requestOf } from '../../../src/scaffold/meta-request.js';
import { refusalOf, tellFaults } from '../model/refusals.js';

const PATH = '/home/me/work/conf/Services-Street.xml';

interface Parts {
  readonly head?: string;
  readonly attributes?: string;
  readonly taskClass?: string;
  readonly more?: string;
  readonly onExit?: readonly [action: string, targets: string];
}

function metaText({ head = '', attributes = '', taskClass = 'Walking', more = '', onExit }: Parts): string {
  const [action, targets] = onExit ?? ['', ''];
  const states = ['on_start', 'on_update', 'on_fail'].map(
    (each) => `<state><trigger>${each}</trigger></state>`,
  );
  return [
    '<MetaServiceConf>',
    '<context_name>Street</context_name><server_ip>127.0.0.1</server_ip>',
    '<sub_port>5556</sub_port><pub_port>5557</pub_port>',
    `<service_path>..</service_path>${head}`,
    `<Service${attributes}>`,
    `<task_service>Walk</task_service><task_class>${taskClass}</task_class>`,
    '<task_desc>Walk along\n the street</task_desc>',
    '<service_name>walk</service_name><task_id>ts_1</task_id>',
    `<device_action>stroll</device_action>${more}`,
    ...states,
    `<state><trigger>on_exit</trigger><action>${action}</action><state_id>${targets}</state_id></state>`,
    '</Service>',
    '</MetaServiceConf>',
  ].join('\n');
}

const read = (parts: Parts) => requestOf(readMetaContext(metaText(parts), PATH));

describe('the request of a meta file has', () => {
  test('one context; service_path is relative to the file', () => {
    expect(read({})).toMatchObject({
      servicePath: '/home/me/work',
      homePath: '/home/me/work',
      context: {
        contextName: 'Street',
        contextId: undefined,
        serverIp: '127.0.0.1',
        subPort: '5556',
        pubPort: '5557',
      },
    });
  });

  test('each of its services', () => {
    const onExit = ['restart', 'ts_1'] as const;
    const more = '<entry_action>on_fail</entry_action><task_topic>street</task_topic>';
    expect(read({ attributes: ' task_type="Single"', more, onExit }).services).toEqual([
      {
        taskService: 'Walk',
        taskFile: 'Walk',
        taskClass: 'Walking',
        description: 'Walk along the street',
        serviceName: 'walk',
        taskId: 'ts_1',
        deviceAction: 'stroll',
        entry: 'on_fail',
        taskType: 'Single',
        topic: 'street',
        location: 'services',
        restart: 'on-failure',
        transitions: {
          on_start: { action: '', call: '' },
          on_update: { action: '', call: '' },
          on_fail: { action: '', call: '' },
          on_exit: { action: 'restart', call: 'ts_1' },
        },
      },
    ]);
  });

  test('looped tasks that start at once, by default', () => {
    expect(read({}).services).toMatchObject([{ taskType: 'Looped', entry: 'on_start', topic: 'process' }]);
  });

  test('a context id only if the file has one', () => {
    expect(read({ head: '<context_id></context_id>' }).context.contextId).toBeUndefined();
    expect(read({ head: '<context_id>context001</context_id>' }).context.contextId).toBe('context001');
  });

  test('conf below home_path, and absolute locations of the services', () => {
    const { homePath, services } = read({ head: '<home_path>../../home</home_path>' });
    expect(homePath).toBe('/home/me/home');
    expect(services).toMatchObject([{ location: '/home/me/work/services' }]);
  });

  test.each([
    ['../mine', 'mine'],
    ['..', '.'],
    ['/home/me/work/a/b', 'a/b'],
    ['../..', '/home/me'],
    ['/srv/tasks', '/srv/tasks'],
  ])('the location %s as %s', (given, expected) => {
    const [service] = read({ more: `<location>${given}</location>` }).services;
    expect(service?.location).toBe(expected);
  });

  test('the file of the task class if it is given', () => {
    expect(read({ more: '<task_file>Walker</task_file>' }).services[0]?.taskFile).toBe('Walker');
    expect(read({ more: '<task_file/>' }).services[0]?.taskFile).toBe('Walk');
    const text = metaText({ more: '<task_file>ServiceWalk</task_file>' });
    const error = refusalOf(() => requestOf(readMetaContext(text, PATH)));
    expect(tellFaults(error)).toEqual([
      '10:38 task_file "ServiceWalk" is the name of the service file (use another name, such as that of the task class)',
    ]);
  });

  test('an IPv6 address without brackets', () => {
    const text = metaText({}).replace('127.0.0.1', '[::1]');
    expect(requestOf(readMetaContext(text, PATH)).context.serverIp).toBe('::1');
  });
});

test('Values that cannot become code or file names are rejected together, each with its position.', () => {
  const text = metaText({ taskClass: 'class' }).replace('127.0.0.1', 'a_b').replace('>Walk<', '>index<');
  const error = refusalOf(() => requestOf(readMetaContext(text, PATH)));
  expect(error.code).toBe('CTX_INVALID');
  expect(tellFaults(error)).toEqual([
    '2:36 server_ip "a_b" is neither an IP address nor a host name (use 127.0.0.1 for this machine only)',
    '6:1 task_service "index" is a reserved word (use another name, such as one that describes its purpose)',
    '6:35 task_class "class" is a reserved word (use another name, such as one that describes its purpose)',
  ]);
});
