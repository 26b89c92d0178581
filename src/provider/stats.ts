// Statistics of the provider itself: the answer to the query `figures`.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Clock } from '../base/clock.js';
import type { ForwarderStats } from '../bus/forwarder-process.js';
import type { FiguresReply } from '../messages/provider-stats.js';
import type { Health } from '../base/health.js';
import type { JournalCost } from '../journal/journal-writer.js';
import { LoopWindows } from './loop-windows.js';
import type { Transaction } from '../supervision/transaction.js';
import type { TransactionStore } from '../supervision/transaction-store.js';

/**
 * How often the delay of the event loop is measured; this time is subtracted from each delay. At 20 ms the measurement alone
 * woke an idle provider twice as often as the heartbeats of 50 services.
 */
const RESOLUTION_MS = 500;
const MIB = 1024 * 1024;

export interface ProviderStatsPorts {
  readonly clock: Clock;
  readonly transactions: TransactionStore;
  readonly traffic: { readonly received: number; readonly sent: number };
  readonly journal: Readonly<JournalCost>;
  readonly dropped: () => number;
  readonly forwarder: () => ForwarderStats;
  readonly health: Health;
}

export class ProviderStats {
  readonly #ports: ProviderStatsPorts;
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #windows: LoopWindows;

  constructor(ports: ProviderStatsPorts) {
    this.#ports = ports;
    this.#windows = new LoopWindows(ports.clock.monotonic(), performance.eventLoopUtilization());
    this.#delay.enable();
  }

  close(): void {
    this.#delay.disable();
  }

  take(): FiguresReply {
    const { traffic, journal, dropped, forwarder, health } = this.#ports;
    const { all } = this.#ports.transactions;
    const { user, system } = process.cpuUsage();
    return {
      pid: process.pid,
      uptime_s: process.uptime(),
      rss: process.memoryUsage.rss() / MIB,
      cpu_s: (user + system) / 1e6,
      faults: health.faults.map(({ message }) => message),
      transactions: all.length,
      services: sum(all.map(({ snapshot }) => snapshot.services.size)),
      messages: { ...traffic, dropped: dropped(), missed: sum(all.map(missedIn)) },
      forwarder: { ...forwarder() },
      journal: {
        writes: journal.writes,
        failures: journal.failures,
        total_ms: journal.totalMs,
        last_ms: journal.lastMs,
        max_ms: journal.maxMs,
      },
      event_loop: this.#takeLoop(),
    };
  }

  #takeLoop(): FiguresReply['event_loop'] {
    const { count, mean, max } = this.#delay;
    const reading = {
      count,
      meanMs: lagOf(mean),
      p99Ms: lagOf(this.#delay.percentile(99)),
      maxMs: lagOf(max),
      busy: performance.eventLoopUtilization(),
    };
    const { loop, isOver } = this.#windows.take(reading, this.#ports.clock.monotonic());
    if (isOver) this.#delay.reset();
    return loop;
  }
}

function lagOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
}

function missedIn({ liveness: vitals, missedEarlier }: Transaction): number {
  return missedEarlier + sum([...vitals.values()].map(({ missedEvents }) => missedEvents));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
