// A stopped subscriber or provider (SIGSTOP): no process waits forever, and its memory is limited.

import { expect, test } from 'vitest';
import { asContextdError } from '../../src/base/errors.js';
import { Connection } from '../../src/bus/connection.js';
import { HIGH_WATER_MARK } from '../../src/bus/zmq.js';
import { Client } from '../../src/client/client.js';
import { follow } from '../../src/client/follow.js';
import { print } from '../helpers/chaos.js';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { readProc } from '../helpers/processes.js';
import { startProgram } from '../helpers/program.js';
import { openProject } from '../helpers/project.js';

expectNoLeftovers();

const CHUNK = 5000;
/** An unlimited queue would take another 40 MB. */
const MORE = 8 * CHUNK;
const MEGABYTE = 1024 * 1024;
const rss = (pid: number) => Number(readProc(pid, 'statm').split(' ')[1]) * 4096;

interface Line {
  readonly body: {
    readonly header?: { readonly sender?: string; readonly seq: number };
    readonly missed?: number;
    readonly service?: string;
  };
}

test('A stopped subscriber delays no other, has a limited queue, and counts lost messages.', async () => {
  await using project = await openProject([]);
  const providerProcess = await project.startProvider('--log_level=error');
  const pid = providerProcess.program.child.pid!;
  await using display = startProgram(
    'display',
    '--json',
    '--topic=control',
    `--endpoint=${project.endpoints.subscribe}`,
    `--pub_endpoint=${project.endpoints.publish}`,
  );
  await display.err.waitFor((line) => line.startsWith('following'));

  let seen = 0;
  let gaps = 0;
  const follower = follow(project.endpoints, ['control'], (event) => {
    if (event.kind === 'gap') gaps += event.missed;
    else seen += 1;
  });
  await follower.ready;
  const flood = new Connection(project.endpoints, [], () => undefined);
  await flood.publisher.waitForSubscriber('control');
  let seq = 0;
  const publish = () => {
    seq += 1;
    const header = { action: 'updated', service_id: 'far', service_transaction: 'F', sender: 'flood', seq };
    return flood.publish('control', { header, content: { status: { result: 'success' } } });
  };
  /**
   * Never more at once than the others can take: only one of the readers is too slow. Returns the least memory of
   * the provider meanwhile: what its collector has yet to free goes up and down by more than a megabyte of queue.
   */
  const publishMany = async (count: number) => {
    const seenBytes: number[] = [];
    for (let sent = 0; sent < count; sent += CHUNK) {
      const expected = seen + CHUNK;
      for (let each = 0; each < CHUNK; each += 1) await publish();
      await eventually(() => seen >= expected, 'the others have seen all', 60_000);
      await providerProcess.client.request();
      seenBytes.push(rss(pid));
    }
    return Math.min(...seenBytes);
  };

  await publishMany(CHUNK);
  display.child.kill('SIGSTOP');
  await publishMany(HIGH_WATER_MARK + 2 * CHUNK);
  const fullBytes = await publishMany(MORE);
  const startMs = performance.now();
  const grownBytes = (await publishMany(MORE)) - fullBytes;
  const tookMs = Math.round(performance.now() - startMs);
  expect(gaps).toBe(0);
  print(
    `stopped subscriber: provider ${Math.round(fullBytes / MEGABYTE)} MB with its queue full, then ` +
      `${(grownBytes / MEGABYTE).toFixed(1)} MB for ${MORE} more events in ${tookMs} ms`,
  );
  expect(grownBytes).toBeLessThan(15 * MEGABYTE);

  display.child.kill('SIGCONT');
  const bodyOf = (line: string | undefined) =>
    line === undefined ? undefined : (JSON.parse(line) as Line).body;
  const lines = () => display.out.items.map((line) => bodyOf(line)!);
  const lost = () => lines().reduce((sum, { missed = 0 }) => sum + missed, 0);
  await eventually(
    async () => {
      // Either this one is shown, or a later one that replaced it.
      const before = display.out.items.length;
      await publish();
      await eventually(() => display.out.items.length > before, 'it shows more', 60_000);
      return bodyOf(display.out.items.at(-1))?.header?.seq === seq;
    },
    'it is up to date again',
    120_000,
  );
  const events = lines().filter(({ header }) => header?.sender === 'flood').length;
  expect(lost()).toBeGreaterThan(0);
  expect(events + lost()).toBe(seq);
  print(`after SIGCONT it showed ${events} events and counted ${lost()} as missed, of ${seq}`);
  await follower.close();
  await flood.close();
}, 300_000);

test('A client times out also when the provider does not read.', async () => {
  await using project = await openProject([]);
  const providerProcess = await project.startProvider();
  const client = await Client.connect(project.endpoints, { answerTimeoutMs: 1000 });
  process.kill(providerProcess.program.child.pid!, 'SIGSTOP');
  // More than the queues of a peer that does not read.
  const many = Array.from({ length: HIGH_WATER_MARK + 40_000 }, () =>
    client.command({ action: 'list' }).catch((error: unknown) => asContextdError(error).code),
  );
  const last = await Promise.all(many);
  expect(new Set(last)).toEqual(new Set(['BUS_DEADLINE']));
  await client.close(true);
  await providerProcess.kill();
}, 300_000);
