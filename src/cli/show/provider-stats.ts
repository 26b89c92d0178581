// Prints the statistics of the provider itself (conf_command --action=figures).

import { EXIT } from '../../base/errors.js';
import type { FiguresReply } from '../../messages/provider-stats.js';
import type { Terminal } from '../terminal/terminal.js';
import { formatDuration, formatMib } from '../terminal/format-units.js';
import { createPaint } from '../terminal/paint.js';
import { formatTable } from './table.js';

export function showStats(terminal: Terminal, stats: FiguresReply, json: boolean): number {
  const paint = createPaint(terminal.colour);
  if (json) terminal.out(`${JSON.stringify(stats, undefined, 2)}\n`);
  else
    for (const line of formatTable([{ width: 10 }, {}], describeStats(stats), { paint }))
      terminal.out(`${line}\n`);
  return EXIT.done;
}

function describeStats(stats: FiguresReply): readonly (readonly [string, string])[] {
  const { messages, forwarder, journal, event_loop: loop } = stats;
  const mean = journal.writes === 0 ? 0 : journal.total_ms / journal.writes;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    [
      'provider',
      `pid ${stats.pid}, up ${formatDuration(stats.uptime_s)}, rss ${formatMib(stats.rss)}, cpu ${stats.cpu_s.toFixed(1)} s`,
    ],
    ['services', `${stats.services} in ${stats.transactions} transactions`],
    [
      'messages',
      `${messages.received} received, ${messages.sent} sent, ${messages.dropped} dropped, ${messages.missed} events missed`,
    ],
    ...describeForwarder(forwarder),
    [
      'journal',
      `${journal.writes} writes, ${journal.failures} failed, mean ${ms(mean)}, last ${ms(journal.last_ms)}, longest ${ms(journal.max_ms)}`,
    ],
    [
      'event loop',
      `lag mean ${ms(loop.lag_mean_ms)}, 99 % below ${ms(loop.lag_p99_ms)}, longest ${ms(loop.lag_max_ms)}, busy ${(loop.utilization * 100).toFixed(1)} %`,
    ],
  ];
}

function describeForwarder(forwarder: FiguresReply['forwarder']): readonly (readonly [string, string])[] {
  if (forwarder === undefined) return [];
  const { pid, restarts, not_accepted: notAccepted, silent } = forwarder;
  const process = pid === 0 ? 'not running' : `pid ${pid}`;
  return [
    [
      'forwarder',
      `${process}, ${restarts} restarts, ${notAccepted} connections not accepted, ${silent} silent ones closed`,
    ],
  ];
}
