// The allowed values of flags and elements; all faults are reported at once.

import { describe, expect, test } from 'vitest';
import {
  checkFields,
  missingFields,
  readRequest,
  type FieldName,
} from '../../../src/scaffold/read-request.js';

const FIELDS = {
  service_path: 'work',
  task_service: 'EchoAction',
  task_class: 'EchoShouting',
  task_desc: 'Shouts the time',
  context_name: 'EchoAction',
  service_name: 'echo_action',
  server_ip: '127.0.0.1',
  sub_port: '5556',
  pub_port: '5557',
  task_id: 'ts_100',
  device_action: 'shout',
};

describe('a request', () => {
  test('reports missing and blank fields', () => {
    expect(missingFields({ ...FIELDS, task_id: undefined, task_desc: ' ' })).toEqual([
      'task_desc',
      'task_id',
    ]);
    expect(missingFields({})).toHaveLength(11);
  });

  test.each<[FieldName, readonly string[]]>([
    ['task_service', ['1Echo', 'Echo Action', '../Echo', 'class', 'await', 'index', 'Écho', 'a'.repeat(101)]],
    ['task_class', ['Echo-Shout', 'new', 'string', 'LoopedTask', 'configuration', 'Promise']],
    ['task_id', ['ts 100', '.ts', 'a/b', 'a'.repeat(129)]],
    ['context_id', ['', 'a b', '-a']],
    ['sub_port', ['0', '65536', 'http', '-1', '1.5', '0x10', '05556', ' 5556']],
    ['server_ip', ['*', '1.2.3', '256.1.1.1', 'a b', 'tcp://a', '-a.b', 'a..b', 'host:1']],
    ['context_name', ['a/b', 'a\\b', '.hidden', '..', 'a\nb', ' a', 'a'.repeat(101)]],
    ['service_name', ['a\nb', 'a\0b']],
    ['task_desc', ['a\0b', 'a\ud800b']],
    ['entry_action', ['on_begin', '', 'On_start']],
    ['task_type', ['looped', 'Once']],
  ])('is rejected for an invalid %s', (field, values) => {
    for (const value of values) {
      const faults = checkFields({ ...FIELDS, [field]: value });
      expect(
        faults.map((fault) => fault.field),
        JSON.stringify(value),
      ).toEqual([field]);
      expect(faults[0]?.hint).not.toBe('');
    }
  });

  test.each<[FieldName, readonly string[]]>([
    ['task_service', ['Echo', '_echo', 'S001_Stand', 'type']],
    ['server_ip', ['localhost', '10.0.0.1', '::1', 'my-host.example.org', '0.0.0.0']],
    ['context_name', ['Echo', 'State machine', 'a', 'v1.2', 'Café']],
    ['task_desc', ['two\nlines', '*/ ${x} ]]>']],
    ['entry_action', ['on_start', 'start_now', 'on_update', 'on_fail', 'on_exit']],
  ])('accepts a valid %s', (field, values) => {
    for (const value of values) expect(checkFields({ ...FIELDS, [field]: value })).toEqual([]);
  });

  test('reports all faults at once, including equal ports', () => {
    const faults = checkFields({ ...FIELDS, task_class: 'class', pub_port: '5556', task_type: 'Twice' });
    expect(faults.map(({ field }) => field).sort()).toEqual(['pub_port', 'task_class', 'task_type']);
  });

  test('resolves relative paths from the given folder', () => {
    const request = readRequest(FIELDS, '/home/me');
    expect(request).toMatchObject({ servicePath: '/home/me/work', homePath: '/home/me/work' });
    expect(request.services[0]?.location).toBe('services');
  });

  test('has an absolute location if the context file is in another folder', () => {
    const request = readRequest({ ...FIELDS, home_path: '/srv' }, '/home/me');
    expect(request).toMatchObject({ homePath: '/srv', services: [{ location: '/home/me/work/services' }] });
  });

  test('names the file of the task class as given, or after the service', () => {
    expect(readRequest(FIELDS, '/').services[0]?.taskFile).toBe('EchoAction');
    expect(readRequest({ ...FIELDS, task_file: 'Shouter' }, '/').services[0]?.taskFile).toBe('Shouter');
  });

  test.each(['index', 'ServiceEcho', 'serviceecho', '../up', 'Shouter.py', ''])(
    'rejects the task_file "%s"',
    (file) => {
      expect(
        checkFields({ ...FIELDS, task_service: 'Echo', task_file: file }).map(({ field }) => field),
      ).toEqual(['task_file']);
    },
  );

  test('has a description of one line', () => {
    const request = readRequest({ ...FIELDS, task_desc: ' two\r\n  lines ' }, '/');
    expect(request.services[0]?.description).toBe('two lines');
  });
});
