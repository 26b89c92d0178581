import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { parseContextConfiguration } from '../../../src/model/read/parse-context.js';
import { contextConfigurationSchema } from '../../../src/model/context.js';
import { readContext, readContextFile } from '../../../src/model/read/read-context.js';
import { BROKEN_CONTEXTS, VALID_CONTEXTS } from './context-corpus.js';
import { refusalOf, tellFault, tellFaults } from './refusals.js';
import { contextText, serviceText } from './sample-files.js';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/contexts');
const path = '/home/me/project/conf/Context-Echo.xml';
const read = (text: string) => readContext(text, path);

describe('readContext accepts', () => {
  it.each(VALID_CONTEXTS)('$title', ({ text }) => {
    const { configuration } = read(text);
    expect(parseContextConfiguration(configuration)).toEqual(configuration);
  });

  it('a file of the original system, with its values unchanged', async () => {
    const { configuration, warnings } = await readContextFile(join(fixtures, 'Context-Original.xml'));
    const [echo, monitor] = configuration.TaskService;
    expect(warnings).toEqual([]);
    expect(configuration).toMatchObject({
      FrontEndEndpoint: 'tcp://127.0.0.1:5556',
      BackendEndpoint: 'tcp://127.0.0.1:5557',
      FrontBind: 'tcp://*:5557',
      BackendBind: 'tcp://*:5556',
      ContextID: 'context001',
      TaskLogName: 'EchoAction',
    });
    expect(echo).toMatchObject({
      id: 'ts_100',
      instance: 'EchoAction',
      serviceType: 'Process',
      topic: 'process',
    });
    expect(echo?.Task.description).toMatch(/^An echo action is for shouting\s+the time after counting 10s$/);
    expect(echo?.Task.state.on_exit).toEqual({ action: 'start', call: 'ts_101' });
    expect(monitor?.Task.message.content.configuration).toEqual({
      device_action: 'context_monitor',
      service: { endpoint: 'tcp://*:6558', frequency_s: '1', type: 'pub' },
      monitor_options: { memory_maps: '00123' },
      location: join(fixtures, 'services/more'),
    });
  });
});

describe('readContext adds', () => {
  it('the defaults of missing elements', () => {
    const { configuration } = read(
      contextText(serviceText({ state: '' })).replace(/<content>.*<\/content>/, ''),
    );
    const blank = { action: '', call: '' };
    expect(configuration).toMatchObject({ ContextID: 'context001', TaskLogName: '' });
    expect(configuration.TaskService).toEqual([
      {
        id: 'ts_1',
        instance: 'Echo',
        serviceType: 'Process',
        topic: 'process',
        Task: {
          description: '',
          message: {
            header: { action: 'start', service_id: '', service_name: 'echo', transaction: '' },
            content: { configuration: { device_action: '', location: '' } },
          },
          state: { type: 'on_start', on_start: blank, on_update: blank, on_fail: blank, on_exit: blank },
        },
      },
    ]);
  });

  it('the defaults of the supervision, and converts it to numbers', () => {
    const supervision = '<supervision><max_restarts>7</max_restarts></supervision>';
    const [service] = read(contextText(serviceText({ supervision }))).configuration.TaskService;
    expect(service?.Task.supervision).toMatchObject({
      max_restarts: 7,
      heartbeat_s: 5,
      stop_signal: 'SIGTERM',
    });
  });

  it.each([
    ['conf', '/home/me/project/conf/Context-Echo.xml', '/home/me/project'],
    ['Conf', '/home/me/project/Conf/Context-Echo.xml', '/home/me/project'],
    ['another folder', '/home/me/project/Context-Echo.xml', '/home/me/project'],
  ])('the context folder of a file in %s', (_title, file, folder) => {
    const configuration = '<location>services/../more</location>';
    const context = readContext(contextText(serviceText({ configuration })), file);
    expect(context).toMatchObject({ path: file, folder });
    expect(context.configuration.TaskService[0]?.Task.message.content.configuration.location).toBe(
      `${folder}/more`,
    );
  });

  it.each([
    ['<program>./run.sh</program>', { program: '/home/me/run.sh', cwd: '' }],
    ['<program>bin/run</program><cwd>web</cwd>', { program: '/home/me/bin/run', cwd: '/home/me/web' }],
    ['<program>/bin/sh</program><cwd>/tmp</cwd>', { program: '/bin/sh', cwd: '/tmp' }],
    ['<program>sh</program><cwd>..</cwd>', { program: 'sh', cwd: '/home' }],
    ['<program>sh</program><arg>./a</arg>', { arg: ['./a'], env: {}, user: '', ready: 'started' }],
    ['<program>sh</program><arg/>', { arg: [''], ready_line: '', ready_port: '', events: 'none' }],
    ['<program>sh</program><env A="1"/>', { arg: [], env: { A: '1' } }],
    ['<program>sh</program><env><A>1</A><B/></env>', { env: { A: '1', B: '' } }],
  ])('the absolute paths and the defaults of a program: %s', (inner, expected) => {
    const configuration = `<command>${inner}</command>`;
    const text = contextText(serviceText({ configuration }));
    const { configuration: read } = readContext(text, '/home/me/conf/Context-Echo.xml');
    const { command } = read.TaskService[0]!.Task.message.content.configuration;
    expect(command).toMatchObject(expected);
    // Parsing the result again, as from the bus, returns the same.
    expect(contextConfigurationSchema.parse(read)).toEqual(read);
  });

  it('nothing to the keys of a task: nested elements become objects, repeated ones lists, attributes keys', () => {
    const configuration =
      '<limit metric="rss">200</limit><to>a</to><to>b</to><deep x="1"><er>01</er></deep><none/>';
    const [service] = read(contextText(serviceText({ configuration }))).configuration.TaskService;
    expect(service?.Task.message.content.configuration).toMatchObject({
      limit: { metric: 'rss', '#text': '200' },
      to: ['a', 'b'],
      deep: { x: '1', er: '01' },
      none: '',
    });
  });
});

describe('readContext rejects', () => {
  it.each(BROKEN_CONTEXTS)('$title', ({ text, faults }) => {
    const error = refusalOf(() => read(text));
    expect(error.code).toBe('CTX_INVALID');
    expect(tellFaults(error)).toEqual(faults);
  });

  it('with one line for each fault, with file, line and column', () => {
    const one = refusalOf(() => read(contextText(serviceText({ id: '-' }))));
    expect(one.message).toMatch(/^\/home\/me\/project\/conf\/Context-Echo\.xml:6:14: id "-", allowed: .*$/);
    const two = refusalOf(() => read(contextText(serviceText({ attributes: 'id="-" instance="-"' }))));
    const lines = two.message.split('\n');
    expect(lines[0]).toBe(`${path} has 2 problems:`);
    expect(lines.slice(1).map((line) => line.slice(0, path.length + 8))).toEqual([
      `  ${path}:6:14:`,
      `  ${path}:6:21:`,
    ]);
  });

  it('many faults without listing them all', () => {
    const error = refusalOf(() => read(contextText('<x/>'.repeat(5000))));
    expect(error.message.split('\n')).toHaveLength(102);
    expect(error.message).toContain('and 4900 more');
  });
});

describe('readContext warns about', () => {
  const state = (inner: string, type = 'on_start') => `<state type="${type}">\n${inner}</state>`;
  const on = (trigger: string, action: string, call: string) =>
    `<${trigger}><action>${action}</action><call>${call}</call></${trigger}>`;

  it.each([
    ['a context without services', '', ['1:1 the context has no <TaskService>: nothing will run']],
    [
      'a service that restarts itself',
      serviceText({ state: state(on('on_exit', 'restart', 'ts_1')) }),
      ['15:34 transitions form a loop: ts_1 -> ts_1; it runs until max_restarts is reached'],
    ],
    [
      'no service that starts itself when it has failed',
      serviceText({ state: state(on('on_fail', 'start', 'ts_1')) }),
      [],
    ],
    [
      'a loop of several services, once',
      serviceText({ state: state(on('on_exit', 'start', 'ts_2')) }) +
        serviceText({ id: 'ts_2', state: state(on('on_start', 'start', 'ts_3')) }) +
        serviceText({ id: 'ts_3', state: state(on('on_exit', 'start', 'ts_1')) }),
      ['15:32 transitions form a loop: ts_1 -> ts_2 -> ts_3 -> ts_1; it runs until max_restarts is reached'],
    ],
    [
      'a service on demand that no service calls, and its triggers',
      serviceText({ state: state(on('on_exit', 'start', 'ts_1'), 'on_update') }),
      [
        '14:8 service ts_1 is on demand (on_update), but no transition starts it: only a command can start it',
        '15:10 on_exit cannot fire: only a command can start service ts_1',
        '15:32 transitions form a loop: ts_1 -> ts_1; it runs until max_restarts is reached',
      ],
    ],
    [
      'a service on demand that only services like it call',
      serviceText({ state: state(on('on_exit', 'start', 'ts_2'), 'on_fail') }) +
        serviceText({ id: 'ts_2', state: state('', 'on_fail') }),
      [
        '14:8 service ts_1 is on demand (on_fail), but no transition starts it: only a command can start it',
        '15:10 on_exit cannot fire: only a command can start service ts_1',
        '26:8 service ts_2 is on demand (on_fail), but only services that are never started call it: only a command can start it',
      ],
    ],
  ])('%s', (_title, services, warnings) => {
    expect(read(contextText(services)).warnings.map(tellFault)).toEqual(warnings);
  });

  it('nothing if services on demand are called through other services', () => {
    const services =
      serviceText({ state: state(on('on_exit', 'start', 'ts_2')) }) +
      serviceText({ id: 'ts_2', state: state(on('on_update', 'restart', 'ts_3'), 'on_exit') }) +
      serviceText({ id: 'ts_3', state: state('', 'on_exit') });
    expect(read(contextText(services)).warnings).toEqual([]);
  });
});

describe('readContextFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contextd-model-'));
    await writeFile(join(folder, 'Context-Echo.xml'), contextText());
    await writeFile(
      join(folder, 'Context-Latin.xml'),
      Buffer.from([0x3c, 0x61, 0x3e, 0xe9, 0x3c, 0x2f, 0x61, 0x3e]),
    );
    await writeFile(join(folder, 'notes.txt'), '');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const refusal = async (name: string) => {
    const error: unknown = await readContextFile(join(folder, name)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ContextdError);
    return error as ContextdError;
  };

  it('reads a file', async () => {
    const { configuration } = await readContextFile(join(folder, 'Context-Echo.xml'));
    expect(configuration.TaskService).toHaveLength(1);
  });

  it('lists other context files of the folder if the file is missing', async () => {
    const error = await refusal('Context-Eco.xml');
    expect(error.code).toBe('XML_UNREADABLE');
    expect(error.message).toBe(`cannot read ${join(folder, 'Context-Eco.xml')}: the file does not exist`);
    expect(error.hint).toBe(`files in ${folder}: Context-Echo.xml, Context-Latin.xml`);
  });

  it('lists the context files of a folder that is passed instead of a file', async () => {
    const { message, hint } = await refusal('.');
    expect(message).toBe(`cannot read ${folder}: it is a folder`);
    expect(hint).toBe(`files in ${folder}: Context-Echo.xml, Context-Latin.xml`);
  });

  it.each([
    ['a folder', '.', 'XML_UNREADABLE'],
    ['a file in a folder that is missing', 'nowhere/Context-Echo.xml', 'XML_UNREADABLE'],
    ['an empty file', 'notes.txt', 'XML_MALFORMED'],
    ['a file that is not UTF-8', 'Context-Latin.xml', 'XML_MALFORMED'],
  ])('rejects %s', async (_title, name, code) => {
    expect((await refusal(name)).code).toBe(code);
  });

  it('rejects a file that is too large without reading it', async () => {
    await writeFile(join(folder, 'huge.xml'), Buffer.alloc(5_000_000, ' '));
    expect((await refusal('huge.xml')).message).toContain('it has 5000000 bytes');
  });
});
