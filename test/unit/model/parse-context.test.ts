import { describe, expect, it } from 'vitest';
import { parseContextConfiguration } from '../../../src/model/read/parse-context.js';
import { refusalOf } from './refusals.js';

const service = {
  id: 'ts_1',
  instance: 'Echo',
  topic: 'process',
  serviceType: 'Process',
  Task: {
    description: '',
    message: { header: { service_name: 'echo' }, content: { configuration: {} } },
    state: '',
  },
};
const configuration = {
  FrontEndEndpoint: 'tcp://127.0.0.1:5556',
  BackendEndpoint: 'tcp://127.0.0.1:5557',
  FrontBind: 'tcp://*:5557',
  BackendBind: 'tcp://*:5556',
  TaskService: [service],
};

describe('parseContextConfiguration', () => {
  it.each([
    ['a list of services', configuration],
    ['one service as an object, as the original sends it', { ...configuration, TaskService: service }],
  ])('accepts %s', (_title, value) => {
    expect(parseContextConfiguration(value).TaskService).toMatchObject([{ id: 'ts_1', instance: 'Echo' }]);
  });

  it.each([
    ['blank text', ''],
    ['an empty object', {}],
    ['nothing', undefined],
    ['null', null],
  ])('accepts %s instead of services', (_title, TaskService) => {
    expect(parseContextConfiguration({ ...configuration, TaskService }).TaskService).toEqual([]);
  });

  it('preserves unknown keys', () => {
    const value = { ...configuration, log_on: '1', TaskService: [{ ...service, colour: 'red' }] };
    expect(parseContextConfiguration(value)).toMatchObject({ log_on: '1', TaskService: [{ colour: 'red' }] });
  });

  it('accepts its own result, including numbers of the supervision', () => {
    const Task = { ...service.Task, supervision: { heartbeat_s: '0.5', max_restarts: 2 } };
    const once = parseContextConfiguration({ ...configuration, TaskService: [{ ...service, Task }] });
    expect(once.TaskService[0]?.Task.supervision).toMatchObject({
      heartbeat_s: 0.5,
      max_restarts: 2,
      backoff_s: 0.1,
    });
    expect(parseContextConfiguration(once)).toEqual(once);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['null', null, ['configuration: expected object, received null']],
    ['a text', 'start', ['configuration: expected object, received string']],
    [
      'missing endpoints',
      { ...configuration, FrontBind: undefined, BackendBind: 7 },
      [
        'FrontBind: FrontBind is missing, allowed: tcp://HOST:PORT with a port from 1 to 65535, or ipc://PATH',
        'BackendBind: BackendBind "7", allowed: tcp://HOST:PORT with a port from 1 to 65535, or ipc://PATH',
      ],
    ],
    [
      'a service that is invalid',
      { ...configuration, TaskService: [service, 5] },
      ['TaskService[1]: expected object, received number'],
    ],
    [
      'an id twice',
      { ...configuration, TaskService: [service, service] },
      ['TaskService[1].id: id "ts_1" is taken'],
    ],
    [
      'a misspelt serviceType of a service that is no list',
      { ...configuration, TaskService: { ...service, serviceType: 'Thraed' } },
      ['TaskService[0].serviceType: serviceType "Thraed", allowed: Process, Thread (did you mean "Thread"?)'],
    ],
    [
      'a call of a service that is not there',
      {
        ...configuration,
        TaskService: [
          { ...service, Task: { ...service.Task, state: { on_exit: { action: 'start', call: 'ts_2' } } } },
        ],
      },
      ['TaskService[0].Task.state.on_exit.call: on_exit calls "ts_2", allowed: ts_1 (did you mean "ts_1"?)'],
    ],
    [
      'supervision of the wrong type',
      {
        ...configuration,
        TaskService: [{ ...service, Task: { ...service.Task, supervision: { heartbeat_s: true } } }],
      },
      [
        'TaskService[0].Task.supervision.heartbeat_s: heartbeat_s "true", allowed: a number of seconds above 0 up to 2000000',
      ],
    ],
    [
      'keys that JavaScript reads from every object',
      JSON.parse('{"TaskService":{"__proto__":{"id":"x"}}}'),
      ['TaskService.__proto__: the name __proto__ is not allowed'],
    ],
  ])('rejects %s with the path of each fault', (_title, value, lines) => {
    const error = refusalOf(() => parseContextConfiguration(value));
    expect(error.code).toBe('CTX_INVALID');
    expect(
      error.message
        .split('\n')
        .slice(-lines.length)
        .map((line) => line.trim()),
    ).toEqual(lines);
    expect(error.message.split('\n')).toHaveLength(lines.length === 1 ? 1 : lines.length + 1);
  });

  it('rejects a value that is nested too deep, without a stack overflow', () => {
    let deep: unknown = {};
    for (let level = 0; level < 100_000; level++) deep = { deep };
    expect(refusalOf(() => parseContextConfiguration(deep)).message).toContain('nested too deep');
  });
});
