// kill -9 of the provider at random times: services keep running once, and every command is answered.

import { expect, test } from 'vitest';
import { createUniqueId } from '../../src/base/ids.js';
import { parseToken } from '../../src/processes/run-token.js';
import { chaosRounds, print, createRandom, type Random } from '../helpers/chaos.js';
import type { ServiceSpec } from '../helpers/context.js';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { isRunning, usedMs } from '../helpers/processes.js';
import { startProgram } from '../helpers/program.js';
import { openProject, TRANSACTION, type ProviderProcess, type Project } from '../helpers/project.js';

expectNoLeftovers();

/** Longer than the slowest start of a provider on a busy machine: services must still run when it adopts them. */
const GRACE_S = 600;
/** For the end, when no provider is started any more. */
const LAST_GRACE_S = 2;
/** The provider is killed before this many events after the restarts. */
const MOST_NOTICES = 40;
/** The time to adopt all services, relative to a start without services. */
const MOST_TIMES = 4;
const supervision = { orphan_grace_s: GRACE_S, stop_timeout_s: 2, heartbeat_s: 0.5, start_timeout_s: 60 };
const kind = (count: number, first: number, more: Omit<ServiceSpec, 'id'>): readonly ServiceSpec[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `ts_${first + index}`,
    ...more,
    supervision: { ...supervision, ...more.supervision },
  }));
const steady = [...kind(6, 1, { instance: 'Forever' }), ...kind(4, 7, { instance: 'Ticks' })];
const slow = kind(4, 11, { instance: 'SlowStart', configuration: { start_ms: '400' } });
const stubborn = kind(3, 15, { instance: 'IgnoresStop' });
const failing = ['ts_18', 'ts_19', 'ts_20'].map((id) => ({
  id,
  instance: 'FailsLater',
  configuration: { after_ms: '200' },
  transitions: { on_fail: `start ${id}` },
  supervision: { ...supervision, backoff_s: 0.3, backoff_max_s: 0.6, max_restarts: 1_000_000 },
}));
const services = [...steady, ...slow, ...stubborn, ...failing];
const driven = [...steady.slice(0, 3), ...slow, ...stubborn];

function withGrace(service: ServiceSpec, orphanGraceS: number): ServiceSpec {
  return { ...service, supervision: { ...service.supervision, orphan_grace_s: orphanGraceS } };
}

interface Sent {
  readonly service: string;
  readonly messageId: string;
  readonly run: number;
  answer: { readonly pid: number | null } | undefined;
}

/** The first process of each service. */
function leaders(project: Project): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  for (const { pid, group, token = '' } of project.processes()) {
    const service = parseToken(token)?.service;
    if (pid === group && service !== undefined) found.set(service, [...(found.get(service) ?? []), pid]);
  }
  return found;
}

function expectNoDouble(project: Project): void {
  expect([...leaders(project)].filter(([, pids]) => pids.length > 1)).toEqual([]);
}

/** Restarts some services, each once, without waiting for the answers. */
async function disturb(providerProcess: ProviderProcess, random: Random): Promise<readonly Sent[]> {
  const tasks = await providerProcess.tasks();
  const chosen = driven.filter(() => random.integer(3) === 0);
  return chosen.map(({ id: service }) => {
    const sent: Sent = {
      service,
      messageId: createUniqueId(),
      run: tasks[service]!.run,
      answer: undefined,
    };
    restart(providerProcess, sent).then(
      (answer) => (sent.answer = answer),
      () => undefined,
    );
    return sent;
  });
}

async function restart(
  providerProcess: ProviderProcess,
  { service, messageId }: Sent,
): Promise<{ readonly pid: number | null }> {
  const command = { action: 'restart', transaction: TRANSACTION, serviceId: service, messageId };
  const { status } = await providerProcess.client.command(command);
  expect(status.result, JSON.stringify(status)).toBe('success');
  return { pid: status.services[0]!.pid };
}

/** Answered commands get the same answer; the others are answered now and executed once or twice. */
async function settle(providerProcess: ProviderProcess, sent: readonly Sent[]): Promise<void> {
  await Promise.all(
    sent.map(async (each) => {
      const answer = await restart(providerProcess, each);
      const { run, pid } = (await providerProcess.tasks())[each.service]!;
      if (each.answer !== undefined) expect(answer).toEqual(each.answer);
      expect(pid, `${each.service} has the pid that was answered`).toBe(answer.pid);
      expect(run).toBeGreaterThan(each.run);
      expect(run).toBeLessThanOrEqual(each.run + (each.answer === undefined ? 2 : 1));
    }),
  );
}

/** Kills a provider during its start or take-over; `startMs` is the processor time of a normal start. */
async function killEarly(project: Project, random: Random, startMs: number): Promise<void> {
  await using program = startProgram('service_context', project.file);
  const atMs = random.integer(startMs);
  await eventually(() => usedMs(program.child.pid!) >= atMs, `it has used ${atMs} ms`);
  program.child.kill('SIGKILL');
  await program.ended;
}

async function expectWhole(providerProcess: ProviderProcess, project: Project): Promise<void> {
  for (const { id } of [...steady, ...slow, ...stubborn]) await providerProcess.waitForStatus(id, 'started');
  const tasks = await providerProcess.tasks();
  for (const { id } of failing) {
    const task = await providerProcess.waitForStatus(id, 'backoff', 10_000).catch(() => tasks[id]!);
    expect(task.run).toBeGreaterThan(0);
  }
  expectNoDouble(project);
  const found = leaders(project);
  for (const { id } of [...steady, ...slow, ...stubborn]) expect(found.get(id)).toEqual([tasks[id]!.pid]);
}

const rounds = chaosRounds(2);
const random = createRandom();

test(
  `A provider of 20 services is killed ${rounds} times (seed ${random.seed}).`,
  async () => {
    await using project = await openProject(services);
    let providerProcess = await project.startProvider();
    const bareMs = providerProcess.readyAfterMs;
    const startMs = Math.floor(usedMs(providerProcess.program.child.pid!));
    await providerProcess.command('start');
    const tookMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const sent = await disturb(providerProcess, random);
      // Failing services create events all the time.
      const notices = providerProcess.notices().length + random.integer(MOST_NOTICES);
      await eventually(() => providerProcess.notices().length >= notices, 'more has happened');
      const chosen = new Set(sent.map(({ service }) => service));
      const before = leaders(project);
      await providerProcess.kill();
      expectNoDouble(project);
      if (random.integer(3) === 0) await killEarly(project, random, startMs);
      providerProcess = await project.startProvider();
      tookMs.push(providerProcess.readyAfterMs);
      expectNoDouble(project);
      const tasks = await providerProcess.tasks();
      for (const { id } of steady) {
        if (chosen.has(id)) continue;
        expect(tasks[id], `round ${round}`).toMatchObject({ pid: before.get(id)![0] });
      }
      await settle(providerProcess, sent);
      await expectWhole(providerProcess, project);
    }
    const sorted = tookMs.toSorted((one, other) => one - other);
    const median = sorted[Math.floor(sorted.length / 2)]!;
    print(
      `provider killed ${rounds} times: all adopted after ${median} ms (median), ${sorted.at(-1)} ms at most`,
    );
    print(`a provider with nothing to adopt was ready after ${bareMs} ms`);
    // A single slow moment of the machine must not fail the test.
    if (rounds >= 10) expect(median / bareMs).toBeLessThan(MOST_TIMES);

    const configuration = project.configure(services.map((each) => withGrace(each, LAST_GRACE_S)));
    await providerProcess.client.command({ action: 'reload', transaction: TRANSACTION, configuration });
    await providerProcess.command('restart');
    await providerProcess.kill();
    const diedMs = Date.now();
    const left = project.processes().map(({ pid }) => pid);
    expect(left.length).toBeGreaterThan(15);
    await eventually(() => !left.some(isRunning), 'all are gone after the grace', (LAST_GRACE_S + 60) * 1000);
    print(`without a provider all were gone after ${Date.now() - diedMs} ms (grace ${LAST_GRACE_S} s)`);
  },
  120_000 + rounds * 60_000,
);
