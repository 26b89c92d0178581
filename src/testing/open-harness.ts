// Opens what a context in a test consists of: provider, clients, a log of its events, a folder that is removed at the end.

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Closers } from '../base/closers.js';
import { Connection } from '../bus/connection.js';
import { Client } from '../client/client.js';
import { follow, type BusEvent } from '../client/follow.js';
import type { Notice } from '../messages/notice.js';
import { Provider } from '../provider/provider.js';
import { readSource, type ContextSource } from './context-file.js';
import { EventLog, toTestEvent } from './event-log.js';
import type { ManualClock } from './manual-clock.js';

export interface HarnessOptions extends ContextSource {
  readonly clock?: ManualClock;
}

export interface Harness {
  readonly provider: Provider;
  readonly client: Client;
  /** Publishes events for services that are not part of the context. */
  readonly connection: Connection;
  readonly log: EventLog;
  readonly notices: readonly Notice[];
  readonly close: () => Promise<void>;
}

/** Throws what reading the context file throws. */
export async function openHarness(options: HarnessOptions): Promise<Harness> {
  const closers = new Closers();
  try {
    return { ...(await openParts(options, closers)), close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function openParts(options: HarnessOptions, closers: Closers): Promise<Omit<Harness, 'close'>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'contextd-testing-')));
  closers.add(() => rm(folder, { recursive: true, force: true }));
  const file = await readSource(options, folder);
  const notices: Notice[] = [];
  const provider = await Provider.open({
    file,
    stateFolder: join(folder, '.contextd'),
    notice: (notice) => notices.push(notice),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  closers.add(() => provider.close());
  const log = new EventLog();
  const follower = follow(provider.endpoints, ['control'], (event) => note(log, event));
  closers.add(() => follower.close());
  closers.add(() => log.close(() => 'the context was closed'));
  const connection = new Connection(provider.endpoints, [], () => undefined);
  closers.add(() => connection.close());
  await Promise.all([follower.ready, connection.ready()]);
  const client = await Client.connect(provider.endpoints);
  closers.add(() => client.close());
  return { provider, client, connection, log, notices };
}

function note(log: EventLog, event: BusEvent): void {
  if (event.kind === 'message' && event.message.kind === 'service_event')
    log.note(toTestEvent(event.message));
}
