// Ends a process after an uncaught error.

import { asContextdError, EXIT } from './errors.js';

/**
 * Installs handlers that write an uncaught error as one line with `log` and exit with code 1: after such an error the
 * state of the process is undefined.
 */
export function exitOnUncaughtError(log: (line: string) => void): void {
  const end = (error: unknown) => {
    try {
      log(describeFatalError(error));
    } finally {
      process.exit(EXIT.failed);
    }
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
  ignoreFileSizeSignal();
}

/** Ignores SIGXFSZ: write-file-atomic would end the process by it. The write itself still fails with EFBIG. */
export function ignoreFileSizeSignal(): void {
  if (!process.listeners('SIGXFSZ').includes(doNothing)) process.on('SIGXFSZ', doNothing);
}

function doNothing(): void {
  // The write has failed with EFBIG; its caller handles that.
}

/** Returns a line such as `error INTERNAL: this process ends: x is not a function (at Host.run (host.ts:93:11))`. */
export function describeFatalError(error: unknown): string {
  const { code, message, cause, stack } = asContextdError(error);
  const trace = cause instanceof Error ? cause.stack : stack;
  const [, frame] = /^\s+(at .+)$/m.exec(trace ?? '') ?? [];
  const where = frame === undefined ? '' : ` (${frame})`;
  return `error ${code}: this process ends: ${message.replaceAll('\n', ' ')}${where}`;
}
