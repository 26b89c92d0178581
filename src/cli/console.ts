// What service_context shows while it runs: a line per notice (time, who, what), or JSON lines.

import { unreachable } from '../base/errors.js';
import { LOG_LEVELS, type LogLevel } from '../base/logger.js';
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
  readonly who: string;
  readonly text: string;
  readonly colour: Colour | undefined;
}

const WHO_WIDTH = 12;

export function createConsole(terminal: Terminal, options: ConsoleOptions): (notice: Notice) => void {
  const threshold = LOG_LEVELS.indexOf(options.level);
  const format = createFormat(terminal, options);
  const write = terminal.lossy(({ lines, code }) => {
    const text = `${lines} lines of this console were lost: ${code}`;
    const notice = { kind: 'warning', text } as const;
    return format(notice, describe(notice));
  });
  return (notice) => {
    const line = describe(notice);
    if (LOG_LEVELS.indexOf(line.level) >= threshold) write(format(notice, line));
  };
}

/** Makes the text of a line, its end included. */
function createFormat(terminal: Terminal, { json }: ConsoleOptions): (notice: Notice, line: Line) => string {
  const paint = createPaint(terminal.colour);
  const transactions = new Set<string>();
  return (notice, line) => {
    const transaction = transactionOf(notice);
    if (transaction !== '') transactions.add(transaction);
    const at = new Date();
    if (json) return `${JSON.stringify({ at: at.toISOString(), level: line.level, ...notice })}\n`;
    const time = paint(at.toTimeString().slice(0, 8), 'grey');
    const text = line.colour === undefined ? escapeLine(line.text) : paint(line.text, line.colour);
    // Of one transaction it goes without saying, and commands and answers name theirs.
    const isNamed = notice.kind === 'event' || notice.kind === 'transition';
    const where = isNamed && transactions.size > 1 ? paint(` (${transaction})`, 'grey') : '';
    return `${time}  ${escapeLine(line.who).padEnd(WHO_WIDTH)}  ${text}${where}\n`;
  };
}

function transactionOf(notice: Notice): string {
  if (notice.kind === 'event') return notice.event.header.service_transaction;
  return 'transaction' in notice ? notice.transaction : '';
}

function describe(notice: Notice): Line {
  switch (notice.kind) {
    case 'ready':
      return say(
        'info',
        'provider',
        `${notice.contextId} is ready: publishers ${notice.frontend}, subscribers ${notice.backend}`,
      );
    case 'command': {
      const target = [notice.target, notice.transaction].filter((part) => part !== '').join(' in ');
      return say(levelOf(notice.action), 'command', `${notice.action} ${target}`.trim());
    }
    case 'answer': {
      const { result, error } = notice.status;
      const what = `${notice.action} ${notice.transaction}`.trim();
      const text = `${what}: ${result}${error === undefined ? '' : `, ${error.message}`}`;
      return say(result === 'success' ? levelOf(notice.action) : 'warn', 'answer', text, stateColour(result));
    }
    case 'event': {
      const { header } = notice.event;
      const level = header.action === 'failed' ? 'error' : header.action === 'created' ? 'debug' : 'info';
      return say(level, header.service_id, describeEvent(notice.event), stateColour(header.action));
    }
    case 'transition':
      return say('info', notice.service, notice.text, 'cyan');
    case 'warning':
      return say('warn', 'provider', notice.text, 'yellow');
    case 'closed':
      return say(
        'info',
        'provider',
        notice.isDetached ? 'ended; its services go on' : 'all services have ended',
      );
    default:
      return unreachable(notice);
  }
}

/** Questions change nothing, so they are not news. */
function levelOf(action: string): LogLevel {
  return action === 'list' ? 'debug' : 'info';
}

function say(level: LogLevel, who: string, text: string, colour?: Colour): Line {
  return { level, who, text, colour };
}
