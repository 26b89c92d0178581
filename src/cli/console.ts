// Formats the notices of a running service_context: a line each (time, source, text), or JSON lines.

import { systemClock } from '../base/clock.js';
import { unreachable } from '../base/errors.js';
import { LOG_LEVELS, type LogLevel } from '../base/logger.js';
import { describeRecord } from '../messages/history.js';
import type { Notice } from '../messages/notice.js';
import type { Terminal } from './terminal/terminal.js';
import { describeEvent } from './show/describe-event.js';
import { escapeLine } from './terminal/escape.js';
import { createPaint, stateColour, type Colour } from './terminal/paint.js';

export interface ConsoleOptions {
  readonly json: boolean;
  readonly level: LogLevel;
}

interface Line {
  readonly level: LogLevel;
  readonly source: string;
  readonly text: string;
  readonly colour: Colour | undefined;
}

const SOURCE_WIDTH = 12;

export function createConsole(terminal: Terminal, options: ConsoleOptions): (notice: Notice) => void {
  const threshold = LOG_LEVELS.indexOf(options.level);
  const format = createFormat(terminal, options);
  const write = terminal.lossy(({ lines, code }) => {
    const text = `${lines} console lines were lost: ${code}`;
    const notice = { kind: 'warning', text } as const;
    return format(notice, describe(notice));
  });
  return (notice) => {
    const shown = describe(notice);
    if (LOG_LEVELS.indexOf(shown.level) >= threshold) write(format(notice, shown));
  };
}

/** Returns a function that formats a line, line end included. */
function createFormat(terminal: Terminal, { json }: ConsoleOptions): (notice: Notice, line: Line) => string {
  const paint = createPaint(terminal.colour);
  const transactions = new Set<string>();
  return (notice, line) => {
    const transaction = transactionOf(notice);
    if (transaction !== '') transactions.add(transaction);
    const at = new Date(systemClock.now());
    if (json) {
      const text = notice.kind === 'transition' ? { text: line.text } : {};
      return `${JSON.stringify({ at: at.toISOString(), level: line.level, ...notice, ...text })}\n`;
    }
    const time = paint(at.toTimeString().slice(0, 8), 'grey');
    const text = line.colour === undefined ? escapeLine(line.text) : paint(line.text, line.colour);
    // Only with several transactions; commands and answers already contain theirs.
    const needsTransaction = notice.kind === 'event' || notice.kind === 'transition';
    const where = needsTransaction && transactions.size > 1 ? paint(` (${transaction})`, 'grey') : '';
    return `${time}  ${escapeLine(line.source).padEnd(SOURCE_WIDTH)}  ${text}${where}\n`;
  };
}

function transactionOf(notice: Notice): string {
  if (notice.kind === 'event') return notice.event.header.service_transaction;
  return 'transaction' in notice ? notice.transaction : '';
}

function describe(notice: Notice): Line {
  switch (notice.kind) {
    case 'ready':
      return line(
        'info',
        'provider',
        `${notice.contextId} is ready: publishers ${notice.frontend}, subscribers ${notice.backend}`,
      );
    case 'command': {
      const target = [notice.target, notice.transaction].filter((part) => part !== '').join(' in ');
      return line(levelOf(notice.action), 'command', `${notice.action} ${target}`.trim());
    }
    case 'answer': {
      const { result, error } = notice.status;
      const what = `${notice.action} ${notice.transaction}`.trim();
      const text = `${what}: ${result}${error === undefined ? '' : `, ${error.message}`}`;
      return line(
        result === 'success' ? levelOf(notice.action) : 'warn',
        'answer',
        text,
        stateColour(result),
      );
    }
    case 'event': {
      const { header } = notice.event;
      const level = header.action === 'failed' ? 'error' : header.action === 'created' ? 'debug' : 'info';
      return line(level, header.service_id, describeEvent(notice.event), stateColour(header.action));
    }
    case 'transition':
      return line('info', notice.service ?? '', describeRecord(notice), 'cyan');
    case 'warning':
      return line('warn', 'provider', notice.text, 'yellow');
    case 'closed':
      return line(
        'info',
        'provider',
        notice.isDetached ? 'ended; its services keep running' : 'all services have ended',
      );
    default:
      return unreachable(notice);
  }
}

/** `list` changes nothing, so it is only shown with --log_level=debug. */
function levelOf(action: string): LogLevel {
  return action === 'list' ? 'debug' : 'info';
}

function line(level: LogLevel, source: string, text: string, colour?: Colour): Line {
  return { level, source, text, colour };
}
