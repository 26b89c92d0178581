// The terminal as a whole, for as long as a view has it: raw keys in, a screen of its own, all given back at the end.

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ScreenEvents {
  /** What was typed, as the terminal sends it. */
  readonly typed: (text: string) => void;
  readonly resized: () => void;
  /** The terminal is gone, or whoever sent SIGHUP thinks so. */
  readonly hungUp: () => void;
}

export interface Screen {
  readonly size: ScreenSize;
  open(events: ScreenEvents): void;
  write(text: string): void;
  /** Leaves the terminal as it was; may be called more than once. */
  close(): void;
}

const ESCAPE = '\u001b';
/** The alternate screen, without a cursor. */
const ENTER = `${ESCAPE}[?1049h${ESCAPE}[?25l`;
/** Also ends what a frame that broke off may have begun. */
const LEAVE = `${ESCAPE}[?2026l${ESCAPE}[0m${ESCAPE}[?25h${ESCAPE}[?1049l`;

/** What terminals have that do not tell. */
const USUAL_SIZE: ScreenSize = { columns: 80, rows: 24 };

/** That of this process. It is closed at its end as well, whatever that is: an error nobody caught, too. */
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
      return columns > 0 && rows > 0 ? { columns, rows } : USUAL_SIZE;
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
