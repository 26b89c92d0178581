// A flood of invalid frames while services work: no message is lost and no memory leaks.

import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { zmq } from '../../src/bus/zmq.js';
import { Client } from '../../src/client/client.js';
import { chaosRounds, print, createRandom } from '../helpers/chaos.js';
import { clientConfiguration, type ServiceSpec } from '../helpers/context.js';
import { eventually } from '../helpers/eventually.js';
import { openFolder } from '../helpers/folder.js';
import { fuzzFrame, validMessages } from '../helpers/fuzz.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { openSecuredProvider, listServices } from '../helpers/secured.js';
import { openProject, TRANSACTION, type ProviderProcess } from '../helpers/project.js';

expectNoLeftovers();

/** 100,000 with `npm run chaos`. */
const FRAMES = chaosRounds(3) * 2000;
/** Queued frames take memory: only waves of the same size are comparable. */
const WAVES = 10;
const CHUNK = 500;
const MEGABYTE = 1024 * 1024;
const MAY_GROW_BYTES = 10 * MEGABYTE;
const random = createRandom();
const valid = validMessages(clientConfiguration([{ id: 'ts_1', instance: 'Forever' }]));

const services: readonly ServiceSpec[] = Array.from({ length: 20 }, (_, index) => ({
  id: `ts_${index + 1}`,
  instance: index < 10 ? 'Forever' : 'Ticks',
  supervision: { heartbeat_s: 0.5, start_timeout_s: 60 },
}));
const restarted = services.slice(0, 5).map(({ id }) => id);

/** A socket that sends all frames without waiting. */
async function openFlood(endpoint: string): Promise<zmq.Publisher> {
  const socket = new zmq.Publisher({ linger: 0, sendHighWaterMark: 0 });
  const connected = new Promise((resolve) => socket.events.on('handshake', resolve));
  socket.connect(endpoint);
  await connected;
  return socket;
}

/** The heap of the provider after garbage collection, in bytes; its resident memory varies. */
async function usedMemory(reports: string, provider: ProviderProcess): Promise<number> {
  const pid = provider.program.child.pid!;
  const report = join(reports, String(pid));
  rmSync(report, { force: true });
  process.kill(pid, 'SIGUSR2');
  await eventually(() => existsSync(report), 'the provider reports its memory');
  return Number(readFileSync(report, 'utf8'));
}

test(
  `${FRAMES} frames of garbage end nothing, cost no command and leave no trace (seed ${random.seed}).`,
  async () => {
    await using project = await openProject(services);
    await using reports = await openFolder();
    vi.stubEnv('MEMORY_REPORTS', reports.path);
    vi.stubEnv('NODE_OPTIONS', `--import=${pathToFileURL('test/fixtures/programs/report-memory.mjs').href}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const provider = await project.startProvider('--log_level=info');
    await provider.command('start');
    for (const { id } of services) await provider.waitForStatus(id, 'started');
    const before = await provider.tasks();
    const client = await Client.connect(project.endpoints, { answerTimeoutMs: 120_000 });
    const socket = await openFlood(project.endpoints.publish);
    const pids = new Map<string, number | null>();
    const restarts = new Map<string, number>();
    let answered = 0;
    /** Sends commands and queries one after the other during the flood, and once after it. */
    const ask = async (isOver: () => boolean) => {
      for (let isLast = false; !isLast;) {
        isLast = isOver();
        const id = random.pick(restarted);
        const command = { action: 'restart', transaction: TRANSACTION, serviceId: id };
        const [{ status }, info, list] = await Promise.all([
          client.command(command),
          client.request(TRANSACTION),
          client.command({ action: 'list' }),
        ]);
        expect(status, JSON.stringify(status)).toMatchObject({ result: 'success' });
        expect(info).toMatchObject({ contextId: 'context001' });
        expect(list.status.transactions).toMatchObject([{ transaction: TRANSACTION }]);
        pids.set(id, status.services[0]!.pid);
        restarts.set(id, (restarts.get(id) ?? 0) + 1);
        answered += 3;
      }
    };
    const flood = async (count: number) => {
      let sent = 0;
      const asked = ask(() => sent >= count);
      for (; sent < count; sent += 1) {
        await socket.send(fuzzFrame(random, valid));
        // As fast as possible; yields only to the client in this process.
        if (sent % 100 === 0) await new Promise(setImmediate);
      }
      await asked;
    };
    const startMs = Date.now();
    const waves: number[] = [];
    for (let wave = 0; wave < WAVES; wave += 1) {
      await flood(FRAMES / WAVES);
      waves.push(await usedMemory(reports.path, provider));
    }
    const tookS = (Date.now() - startMs) / 1000;
    // History and other limited memories are full by the middle.
    const grownBytes = waves.at(-1)! - waves[WAVES / 2 - 1]!;
    socket.close();
    await client.close();

    const after = await provider.tasks();
    for (const { id } of services) {
      expect(after[id], id).toMatchObject({ status: 'started', pid: pids.get(id) ?? before[id]!.pid });
      expect(after[id]!.restarts, id).toBe(restarts.get(id) ?? 0);
    }
    const { messages } = await provider.client.stats();
    expect(messages.dropped).toBeGreaterThan(FRAMES * 0.3);
    // One line per kind and minute.
    const minutes = Math.ceil((Date.now() - startMs) / 60_000);
    const warnings = provider.notices().filter(({ kind }) => kind === 'warning');
    expect(warnings.length, provider.warnings()).toBeLessThanOrEqual(5 * (minutes + 1));
    expect(provider.warnings()).toContain('so far');
    print(
      `fuzz: ${FRAMES} frames, in ${tookS.toFixed(1)} s, ${messages.dropped} dropped as no messages, ` +
        `${answered} commands and questions answered, ${warnings.length} log lines, ` +
        `${waves.map((each) => Math.round(each / MEGABYTE)).join(', ')} MB after the waves`,
    );
    expect(grownBytes).toBeLessThan(MAY_GROW_BYTES);
    const logs = join(project.stateFolder, 'logs', TRANSACTION);
    const logBytes = (await readdir(logs)).reduce((sum, name) => sum + statSync(join(logs, name)).size, 0);
    expect(logBytes, 'logs of the services').toBeLessThan(20 * MEGABYTE);
  },
  120_000 + FRAMES * 10,
);

test(
  `${FRAMES} frames of garbage from a client that may only read are counted, and nothing is executed (seed ${random.seed}).`,
  async () => {
    await using secured = await openSecuredProvider(services.slice(0, 4));
    const admin = await secured.client('admin');
    await admin.command({ action: 'start', transaction: TRANSACTION });
    const before = await listServices(admin);
    const { connection } = await secured.connect('read');
    const { publisher } = connection;
    const startMs = Date.now();
    for (let sent = 0; sent < FRAMES; sent += CHUNK) {
      for (let each = 0; each < CHUNK; each += 1) {
        const frame = fuzzFrame(random, valid).toString();
        const kind = random.integer(3);
        // Without a seal; with the seal of something else; with one of its own over garbage.
        if (kind === 0) await publisher.publish(frame);
        else if (kind === 1)
          await publisher.publish(`${frame.slice(0, -1)},"seal":"${'0'.repeat(40)} 1 ${'0'.repeat(64)}"}`);
        else await connection.publish('context', frame);
      }
      expect((await admin.command({ action: 'list' })).status.result).toBe('success');
    }
    await secured.waitForRefusal('SEC_SEAL_INVALID');
    expect(await listServices(admin)).toEqual(before);
    const { messages } = await admin.stats();
    expect(messages.received).toBeGreaterThan(FRAMES * 0.8);
    const lines = await secured.audit();
    const minutes = Math.ceil((Date.now() - startMs) / 60_000);
    expect(lines.filter(({ verdict }) => verdict === 'refused').length).toBeLessThanOrEqual(
      5 * 22 * (minutes + 1),
    );
    expect(lines.filter(({ verdict, who }) => verdict === 'accepted' && who.name !== 'client-admin')).toEqual(
      [],
    );
    print(
      `fuzz by a reader: ${FRAMES} frames, ${messages.received} received, ${messages.dropped} dropped, ${lines.length} lines of audit`,
    );
  },
  120_000 + FRAMES * 10,
);
