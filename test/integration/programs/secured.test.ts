// Programs that use the protocol themselves in a secured context, with their own keys, which no other process sees.

import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deriveKeyPair } from '../../../src/base/keys.js';
import { packageRoot } from '../../../src/base/package.js';
import { readSecretKey } from '../../../src/base/key-file.js';
import type { Client } from '../../../src/client/client.js';
import { readProcessTable, type ProcessEntry } from '../../../src/processes/process-table.js';
import type { ServiceSpec } from '../../helpers/context.js';
import { eventually } from '../../helpers/eventually.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { readProc } from '../../helpers/processes.js';
import {
  readServiceLog,
  programService,
  pythonService,
  shellService,
} from '../../helpers/program-services.js';
import { needs, tool } from '../../helpers/requirements.js';
import {
  localEndpoints,
  openSecuredProvider,
  listServices,
  type RawConnection,
} from '../../helpers/secured.js';

expectNoLeftovers();

const EXAMPLE = join(packageRoot, 'examples', 'python');

/** The service of examples/python beside a service in TypeScript. */
function bothServices(more: Partial<ServiceSpec> = {}): readonly ServiceSpec[] {
  const command = { program: tool('python3'), arg: [join(EXAMPLE, 'service.py')], ready: 'heartbeat' };
  return [
    programService('ts_1', command, { name: 'load', configuration: { every_s: '0.05' }, ...more }),
    { id: 'ts_2', instance: 'Forever' },
  ];
}

/** The events on the bus in order, such as `started ts_1`. */
const eventsOf = ({ frames }: RawConnection) =>
  frames.items.flatMap((frame) => {
    if (!frame.startsWith('control @@@')) return [];
    const { header } = JSON.parse(frame.slice('control @@@ '.length)) as { header: Record<string, string> };
    return 'seq' in header ? [`${header.action} ${header.service_id}`] : [];
  });

interface Task {
  readonly status: string;
  readonly reason?: string;
  readonly event_loop_lag_ms?: number;
}

async function taskOf(client: Client, id: string): Promise<Task | undefined> {
  const { tasks } = (await client.request('T1')) as {
    readonly tasks: readonly (Task & { service_id: string })[];
  };
  return tasks.find((each) => each.service_id === id);
}

/** The processes of a service: its host and the program. */
async function familyOf(client: Client, id: string): Promise<readonly ProcessEntry[]> {
  const { pid } = (await listServices(client)).find((each) => each.service_id === id)!;
  const table = readProcessTable();
  return [...table.filter((each) => each.pid === pid), ...table.filter((each) => each.parent === pid)];
}

/** The targets of the descriptors of a process. */
function openIn(pid: number): readonly (readonly [descriptor: string, what: string])[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => {
      const what = readLink(join(folder, name));
      return what === undefined ? [] : [[name, what]];
    });
  } catch {
    return []; // Another user's, or it has ended.
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // Closed while we looked.
  }
}

test(
  'It is started, received, stopped and started again beside a service in TypeScript.',
  needs('python3-zmq', 'python3-nacl'),
  async () => {
    await using test = await openSecuredProvider(
      bothServices({ supervision: { heartbeat_s: 0.1 } }),
      localEndpoints,
    );
    const observer = await test.connect('read', 'control');
    const client = await test.client('operate');
    const started = await client.command({ action: 'start', transaction: 'T1' });
    expect(started.status.services).toMatchObject([{ state: 'started' }, { state: 'started' }]);
    await eventually(
      async () => (await taskOf(client, 'ts_1'))?.event_loop_lag_ms === 0,
      'a heartbeat is received',
    );
    await observer.frames.waitFor((frame) => /"updated".*"load": [\d.]+/.test(frame));
    const restarted = await client.command({ action: 'restart', transaction: 'T1', serviceId: 'ts_1' });
    expect(restarted.status.services).toMatchObject([{ service_id: 'ts_1', state: 'started' }]);
    const stopped = await client.command({ action: 'stop', transaction: 'T1' });
    expect(stopped.status.services).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }]);
    expect(eventsOf(observer).filter((each) => each.endsWith('ts_1') && !each.startsWith('updated'))).toEqual(
      ['created', 'started', 'stopped', 'created', 'started', 'stopped'].map((action) => `${action} ts_1`),
    );
    // It was stopped on the bus, not by a signal.
    expect(observer.frames.items.find((frame) => /"stopped".*"ts_1"/.test(frame))).toMatch(/"cause"/);
    expect((await test.audit()).filter(({ verdict }) => verdict === 'refused')).toEqual([]);
  },
);

test('The next provider adopts it and can control it.', needs('python3-zmq', 'python3-nacl'), async () => {
  await using test = await openSecuredProvider(bothServices(), localEndpoints);
  await (await test.client('admin')).command({ action: 'start', transaction: 'T1' });
  const before = await listServices(await test.client('read'));
  await test.replace();
  const client = await test.client('admin');
  expect(await listServices(client)).toEqual(before);
  const observer = await test.connect('read', 'control');
  await observer.frames.waitFor((frame) => /"updated".*"ts_1"/.test(frame));
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }]);
  expect(eventsOf(observer)).toContain('stopped ts_1');
});

test(
  'Its secret key is seen nowhere: no environment, command line, message, journal or log.',
  needs('python3-zmq', 'python3-nacl'),
  async () => {
    await using test = await openSecuredProvider(bothServices(), localEndpoints);
    const observer = await test.connect(
      'read',
      'control',
      'process',
      'state',
      'heartbeat',
      'process.T1.ts_1',
    );
    const client = await test.client('operate');
    await client.command({ action: 'start', transaction: 'T1' });
    const [host, program] = await familyOf(client, 'ts_1');
    const server = readSecretKey(join(test.folder, 'keys', 'server.key_secret'));
    const { publicKey, secretKey } = deriveKeyPair(server.secretKey, host!.token!);
    // Its signatures prove that these are its keys.
    await observer.frames.waitFor(
      (frame) => frame.includes('"updated"') && frame.includes(`"seal":"${publicKey} `),
    );
    await client.request('T1');

    const hidden = [secretKey, JSON.stringify(secretKey).slice(1, -1), server.secretKey];
    const state = join(test.folder, '.contextd', 'context001');
    const seen = [
      ...[process.pid, host!.pid, program!.pid].flatMap((pid) => [
        readProc(pid, 'environ'),
        readProc(pid, 'cmdline'),
      ]),
      ...observer.frames.items,
      readServiceLog(test, 'ts_1'),
      await readFile(join(state, 'journal.json'), 'utf8'),
      await readFile(join(state, 'audit.jsonl'), 'utf8'),
    ];
    expect(readProc(program!.pid, 'cmdline')).toContain('service.py');
    expect(readProc(program!.pid, 'environ')).toContain(`CONTEXTD_SERVER_KEY=${test.serverKey}`);
    for (const text of seen) for (const secret of hidden) expect(text.includes(secret)).toBe(false);
    // Both have closed the pipe after reading, so that their children do not inherit it.
    for (const { pid } of [host!, program!])
      expect(openIn(pid).filter(([name, what]) => name === '3' && what.startsWith('socket:'))).toEqual([]);
  },
);

/** Keeps its descriptors open and prints them. */
const SHOWS = 'env | grep ^CONTEXTD_ | sort; ls -l /proc/$$/fd; echo shown; exec sleep 1000';

test('A program may ignore its keys; no other process has them.', async () => {
  await using test = await openSecuredProvider(
    [
      shellService('ts_1', SHOWS, { ready: 'heartbeat' }),
      shellService('ts_2', SHOWS, { ready: 'line', ready_line: 'shown' }),
      { id: 'ts_3', instance: 'Forever' },
      { id: 'ts_4', instance: 'Forever', serviceType: 'Thread' },
    ],
    localEndpoints,
  );
  const client = await test.client('operate');
  // It sends no heartbeat, so it does not become ready.
  const starting = client.command({ action: 'start', transaction: 'T1' });
  await eventually(async () => {
    const ready = (await listServices(client)).filter(({ state }) => state === 'started');
    return ready.length === 3 && readServiceLog(test, 'ts_1').includes('shown');
  }, 'all others are started');
  const [host, program] = await familyOf(client, 'ts_1');
  const pipe = openIn(program!.pid).find(([descriptor]) => descriptor === '3')?.[1];
  expect(pipe).toMatch(/^socket:/);
  const holders = readProcessTable().filter(({ pid }) => openIn(pid).some(([, what]) => what === pipe));
  expect(holders.map(({ pid }) => pid)).toEqual([program!.pid]);
  expect(openIn(host!.pid).length).toBeGreaterThan(3);
  expect(readServiceLog(test, 'ts_1')).toMatch(/^CONTEXTD_KEYS_FD=3$/m);
  // For this service the host publishes.
  expect(readServiceLog(test, 'ts_2')).not.toMatch(/CONTEXTD_KEYS_FD| 3 -> socket/);
  expect(readServiceLog(test, 'ts_2')).toContain(`CONTEXTD_SERVER_KEY=${test.serverKey}\n`);
  const { status } = await client.command({ action: 'stop', transaction: 'T1' });
  expect(status.services.map(({ state }) => state)).toEqual(Array(4).fill('stopped'));
  await starting;
});

test(
  'With its keys it says nothing but what the service may say.',
  needs('python3-zmq', 'python3-nacl'),
  async () => {
    await using test = await openSecuredProvider(
      [
        pythonService('ts_1', 'oversteps.py', { arg: [EXAMPLE], ready: 'heartbeat' }),
        { id: 'ts_2', instance: 'Forever' },
      ],
      localEndpoints,
    );
    const client = await test.client('operate');
    const { status } = await client.command({ action: 'start', transaction: 'T1' });
    await test.waitForRefusal(
      'SEC_SENDER_REFUSED',
      ({ what }) => what.kind === 'service_event' && what.service_id === 'ts_2',
    );
    await test.waitForRefusal('SEC_ROLE_REFUSED', ({ what }) => what.message_id === 'overstepped');
    expect(status.services).toMatchObject([{ state: 'started' }, { state: 'started' }]);
    expect(await listServices(client)).toMatchObject([{ state: 'started' }, { state: 'started' }]);
  },
);

test(
  'A stop that is not from the provider, or was said before, is not obeyed.',
  needs('python3-zmq', 'python3-nacl'),
  async () => {
    await using test = await openSecuredProvider(bothServices(), localEndpoints);
    const admin = await test.client('admin');
    const reader = await test.connect('read', 'process', 'process.T1.ts_1');
    await admin.command({ action: 'start', transaction: 'T1' });
    const before = await listServices(admin);
    const recorded = reader.frames.items.filter((frame) =>
      /^process\.T1\.ts_1 @@@ .*"start".*"seal"/.test(frame),
    );
    const forged = recorded.map((frame) => frame.replace('"action":"start"', '"action":"stop"'));
    const stop = forged.map((frame) => frame.replace(/,"seal":.*$/, '}'));
    const { Task } = JSON.parse(stop[0]!.slice('process.T1.ts_1 @@@ '.length)) as { Task: unknown };
    for (const frame of [...recorded, ...forged, ...stop]) await reader.connection.publisher.publish(frame);
    await reader.connection.publish('process.T1.ts_1', { Task });
    const ignored = () =>
      readServiceLog(test, 'ts_1').match(/^ignored a command that the provider has not signed/gm)?.length ??
      0;
    await eventually(() => ignored() === 4, 'all four are ignored');
    expect(await listServices(admin)).toEqual(before);
  },
);
