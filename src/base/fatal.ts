// The end of a process after an error that nothing has caught.

import { asContextdError, EXIT } from './errors.js';

/**
 * From now on such an error is told in one line, and the process ends with exit code 1. What it would do
 * afterwards nobody can know.
 */
export function endOnFault(tell: (line: string) => void): void {
  const end = (error: unknown) => {
    try {
      tell(describeFault(error));
    } finally {
      process.exit(EXIT.failed);
    }
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
  reportFileSizeAsError();
}

/** write-file-atomic ends the process by SIGXFSZ unless something else listens to it; the write itself fails with EFBIG. */
export function reportFileSizeAsError(): void {
  if (!process.listeners('SIGXFSZ').includes(ignore)) process.on('SIGXFSZ', ignore);
}

function ignore(): void {
  // The write has failed with EFBIG, and says so.
}

/** Such as `error INTERNAL: this process ends: x is not a function (at Desk.receive (desk.ts:93:11))`. */
export function describeFault(error: unknown): string {
  const { code, message, cause, stack } = asContextdError(error);
  const trace = cause instanceof Error ? cause.stack : stack;
  const [, frame] = /^\s+(at .+)$/m.exec(trace ?? '') ?? [];
  const where = frame === undefined ? '' : ` (${frame})`;
  return `error ${code}: this process ends: ${message.replaceAll('\n', ' ')}${where}`;
}
