// The program of a forwarder: started by a provider, and gone at once when the provider is.

import type { Socket } from 'node:net';
import { systemClock } from '../../base/clock.js';
import { asContextdError, messageOf, reportError } from '../../base/errors.js';
import type { BusEndpoints } from '../connection.js';
import { Forwarder, type AcceptFault } from '../forwarder.js';
import type { ForwarderOrder, ForwarderReport } from '../forwarder-messages.js';
import { openZapHandler, type Peer } from '../zap-handler.js';
import { holdListener } from '../listener.js';

type Opening = Extract<ForwarderOrder, { kind: 'open' }>;

/** How often news of one kind is reported, at most. */
const PACE_MS = 200;
const PARENT_CHECK_MS = 500;

// Whatever ended the provider, its ports are to be free: process.exit() would wait for the proxy.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
checkParent(process.ppid);
// systemd and Ctrl-C mean the provider, which ends its forwarder last.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const listeners = new Map<keyof BusEndpoints, Socket>();
const verdicts = new Map<number, (isAdmitted: boolean) => void>();
let forwarder: Forwarder | undefined;
let isBehind = false;
let isClosing = false;
let asked = 0;

process.on('message', (order: ForwarderOrder) => {
  switch (order.kind) {
    case 'open':
      void open(order);
      return;
    case 'verdict':
      verdicts.get(order.id)?.(order.isAdmitted);
      verdicts.delete(order.id);
      return;
    case 'close':
      isClosing = true;
      void (forwarder?.close() ?? Promise.resolve()).then(() => process.exit(0), fail);
      return;
  }
});

/** The pipe alone is not enough: it may have closed while this program was loaded, or be open in another process. */
function checkParent(parent: number): void {
  if (!process.connected || process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  systemClock.after(PARENT_CHECK_MS, () => checkParent(parent));
}

async function open({ binds, keys }: Opening): Promise<void> {
  try {
    const gate = keys && (await openZapHandler(keys, judge));
    forwarder = await Forwarder.open(binds, {
      security: gate?.security,
      refused: keys && ((stranger) => sayIfHeard({ kind: 'refused', stranger })),
      full: paced((count, fault: AcceptFault) => tellFull(fault, count)),
      silent: paced((count) => sayIfHeard({ kind: 'silent', count })),
    });
  } catch (error) {
    const { details } = asContextdError(error);
    say({ kind: 'failed', error: reportError(error), details });
    return;
  }
  const { endpoints, running } = forwarder;
  running.then(() => isClosing || fail('the proxy has ended'), fail);
  say({ kind: 'ready', endpoints });
  for (const end of ['publish', 'subscribe'] as const) {
    const listener = await holdListener(endpoints[end]);
    if (listener !== undefined) listeners.set(end, listener);
  }
}

/** The provider knows the keys; services get theirs while we run. */
function judge(peer: Peer): Promise<boolean> {
  asked += 1;
  const id = asked;
  say({ kind: 'judge', id, peer });
  return new Promise((resolve) => verdicts.set(id, resolve));
}

/** ZeroMQ tries again at once, for as long as somebody waits: the provider turns them away; see turn-away.ts. */
function tellFull(fault: AcceptFault, count: number): void {
  sayIfHeard({ kind: 'full', fault, count }, listeners.get(fault.end));
}

/** Calls `act` with the number of calls so far: for the first call at once, then at most every PACE_MS. */
function paced<T extends readonly unknown[]>(
  act: (count: number, ...given: T) => void,
): (...given: T) => void {
  let count = 0;
  let last: T | undefined;
  let isResting = false;
  const tell = (given: T) => {
    last = undefined;
    isResting = true;
    act(count, ...given);
    systemClock.after(PACE_MS, () => {
      isResting = false;
      if (last !== undefined) tell(last);
    });
  };
  return (...given) => {
    count += 1;
    if (isResting) last = given;
    else tell(given);
  };
}

function say(report: ForwarderReport, listener?: Socket): void {
  // keepOpen: it is ours as well.
  isBehind = process.send?.(report, listener, { keepOpen: true }, () => (isBehind = false)) === false;
}

/** News that a provider which does not read can do without. */
function sayIfHeard(report: ForwarderReport, listener?: Socket): void {
  if (!isBehind && process.connected) say(report, listener);
}

function fail(error: unknown): void {
  if (process.connected) say({ kind: 'fault', message: messageOf(error) });
  process.kill(process.pid, 'SIGKILL');
}
