// peers: the same work given to contextd, pm2 and supervisord, side by side.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Forwarder } from '../src/bus/forwarder.js';
import { composeMeasurement, type Measurement } from './measurement.js';
import { openContextd } from './peers/contextd.js';
import type { Manager } from './peers/manager.js';
import { openPm2 } from './peers/pm2.js';
import { openSupervisord } from './peers/supervisord.js';
import { isRunning, rssMiBOf } from './processes.js';

export interface PeersSize {
  readonly rounds: number;
  readonly count: number;
}

export const PEERS_SIZE: PeersSize = { rounds: 5, count: 30 };

/** Services that go down with their manager have gone after so long. */
const SURVIVAL_MS = 3000;

interface Results {
  readonly startMs: number[];
  readonly restartMs: number[];
  readonly listMs: number[];
  readonly rssMiB: number[];
  survivors: number;
}

export async function measurePeers(size: PeersSize = PEERS_SIZE): Promise<readonly Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'contextd-peers-'));
  const any = 'tcp://127.0.0.1:*';
  const forwarder = await Forwarder.open({ frontend: any, backend: any });
  const managers: Manager[] = [];
  try {
    const { endpoints } = forwarder;
    const options = { count: size.count, endpoints };
    managers.push(await openContextd(size.count));
    const others = [
      await openPm2({ ...options, folder: join(folder, 'pm2') }),
      await openSupervisord({ ...options, folder: join(folder, 'supervisord') }),
    ];
    managers.push(...others.filter((each) => each !== undefined));
    return await compare(managers, size);
  } finally {
    for (const manager of managers) await manager[Symbol.asyncDispose]();
    await forwarder.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(managers: readonly Manager[], size: PeersSize): Promise<readonly Measurement[]> {
  const results = new Map<Manager, Results>(
    managers.map((each) => [each, { startMs: [], restartMs: [], listMs: [], rssMiB: [], survivors: 0 }]),
  );
  for (let round = 0; round < size.rounds; round += 1) {
    for (const [manager, result] of results) await measureRound(manager, result);
  }
  for (const [manager, result] of results) result.survivors = await countSurvivors(manager);
  const [[, ours] = unreachable(), ...peers] = results;
  return peers.flatMap(([peer, base]) => composeFigures(size.count, ours, peer.name, base));
}

async function measureRound(manager: Manager, result: Results): Promise<void> {
  let pids: readonly number[] = [];
  result.startMs.push(
    await timeOf(async () => {
      pids = await manager.start();
    }),
  );
  result.rssMiB.push(rssMiBOf(manager.pid()));
  const [victim = 0] = pids;
  const replaced = manager.replaced(victim);
  // It has looked at what is there before it looks for what is new.
  await new Promise((resume) => setTimeout(resume, 100));
  result.restartMs.push(
    await timeOf(async () => {
      process.kill(victim, 'SIGKILL');
      await replaced;
    }),
  );
  result.listMs.push(await timeOf(() => manager.list()));
  await manager.stop();
}

async function countSurvivors(manager: Manager): Promise<number> {
  const pids = await manager.start();
  process.kill(manager.pid(), 'SIGKILL');
  await new Promise((resume) => setTimeout(resume, SURVIVAL_MS));
  const left = pids.filter(isRunning);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  return left.length;
}

function composeFigures(count: number, ours: Results, peer: string, base: Results): readonly Measurement[] {
  const line = (name: string, unit: string, key: Exclude<keyof Results, 'survivors'>) =>
    composeMeasurement({ name, baseline: peer, unit, ours: ours[key], base: base[key] });
  const survivors = `survivors of the manager's SIGKILL: ${ours.survivors}, ${peer} ${base.survivors}`;
  return [
    line(`start of ${count}`, 'ms', 'startMs'),
    line('crash to replacement ready', 'ms', 'restartMs'),
    line('list command', 'ms', 'listMs'),
    { ...line(`memory of the manager`, 'MiB RSS', 'rssMiB'), note: survivors },
  ];
}

async function timeOf(act: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await act();
  return performance.now() - before;
}

function unreachable(): never {
  throw new Error('contextd itself is always there');
}
