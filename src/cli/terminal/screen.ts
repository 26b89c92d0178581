// The full-screen mode of a terminal: raw keys, the alternate screen, and restoring both at the end.

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ScreenEvents {
  /** Text as the terminal sends it. */
  readonly typed: (text: string) => void;
  readonly resized: () => void;
  /** The terminal is gone (end of input, or SIGHUP). */
  readonly hungUp: () => void;
}

export interface Screen {
  readonly size: ScreenSize;
  open(events: ScreenEvents): void;
  write(text: string): void;
  /** Restores the terminal; idempotent. */
  close(): void;
}

const ESCAPE = '\u001b';
/** Switches to the alternate screen and hides the cursor. */
const ENTER = `${ESCAPE}[?1049h${ESCAPE}[?25l`;
/** Also ends a synchronized update and colours of an incomplete frame. */
const LEAVE = `${ESCAPE}[?2026l${ESCAPE}[0m${ESCAPE}[?25h${ESCAPE}[?1049l`;

/** For terminals that do not report their size. */
const DEFAULT_SIZE: ScreenSize = { columns: 80, rows: 24 };

/** The screen of this process. It is also closed when the process exits, even by an uncaught error. */
export function processScreen(): Screen {
  const { stdin, stdout } = process;
  let opened: ScreenEvents | undefined;
  const close = () => {
    if (opened === undefined) return;
    const { typed, resized, hungUp } = opened;
    opened = undefined;
    process.off('exit', close).off('SIGHUP', hungUp);
    stdin.off('data', typed).off('end', hungUp).off('error', hungUp);
    stdout.off('resize', resized);
    stdout.write(LEAVE);
    stdin.setRawMode(false);
    stdin.pause();
  };
  return {
    get size() {
      const { columns, rows } = stdout;
      return columns > 0 && rows > 0 ? { columns, rows } : DEFAULT_SIZE;
    },
    open: (events) => {
      opened = events;
      process.on('exit', close).on('SIGHUP', events.hungUp);
      stdin.setEncoding('utf8').setRawMode(true);
      stdin.on('data', events.typed).on('end', events.hungUp).on('error', events.hungUp).resume();
      stdout.on('resize', events.resized);
      stdout.write(ENTER);
    },
    write: (text) => stdout.write(text),
    close,
  };
}
