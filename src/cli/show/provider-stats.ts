// conf_command --action=figures: what the provider itself does and costs, a line for each side of it.

import { EXIT } from '../../base/errors.js';
import type { FiguresReply } from '../../messages/provider-stats.js';
import type { Terminal } from '../terminal/terminal.js';
import { formatDuration, formatMib } from './format-cells.js';

export function showFigures(terminal: Terminal, figures: FiguresReply, json: boolean): number {
  if (json) terminal.out(`${JSON.stringify(figures, undefined, 2)}\n`);
  else for (const [name, text] of describeFigures(figures)) terminal.out(`${name.padEnd(10)}  ${text}\n`);
  return EXIT.done;
}

function describeFigures(figures: FiguresReply): readonly (readonly [string, string])[] {
  const { messages, forwarder, journal, event_loop: loop } = figures;
  const mean = journal.writes === 0 ? 0 : journal.total_ms / journal.writes;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    [
      'provider',
      `pid ${figures.pid}, up ${formatDuration(figures.uptime_s)}, rss ${formatMib(figures.rss)}, cpu ${figures.cpu_s.toFixed(1)} s`,
    ],
    ['services', `${figures.services} in ${figures.transactions} transactions`],
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
