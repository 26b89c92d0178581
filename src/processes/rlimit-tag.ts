// A mark that no new session and no new environment removes: a resource limit that Linux keeps but no longer applies.

import { existsSync } from 'node:fs';
import { readSmallFile } from '../sampler/proc-file.js';
import { digest, ownerIn } from './run-token.js';

const SHELL = '/bin/sh';

/**
 * Sets the limit for file locks (RLIMIT_LOCKS, without effect since Linux 2.4) and becomes the program. Shells call
 * it -w or -x; where it cannot be set the program runs without the mark.
 */
const SCRIPT = 'command ulimit -S -w "$0" 2>/dev/null || command ulimit -S -x "$0" 2>/dev/null; exec "$@"';

/** The command that runs `command` with the mark of `token`; the same command where there is no shell. */
export function markedCommand(
  token: string,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  if (process.platform !== 'linux' || !existsSync(SHELL)) return command;
  return [SHELL, '-c', SCRIPT, composeLimitMark(token), ...command];
}

/** The value of the limit: 61 bits, the upper half from the owner and the lower half from the token. */
export function composeLimitMark(token: string): string {
  return String(BigInt(`0x1${ownerDigits(ownerIn(token))}${digest(token, RUN_DIGITS)}`));
}

/** Whether a mark is that of any run of `owner`. */
export function isMarkOf(owner: string, mark: string): boolean {
  return BigInt(mark) >> BigInt(RUN_DIGITS * 4) === BigInt(`0x1${ownerDigits(owner)}`);
}

/** The limit of a process as digits; undefined when it has none, as most, or is gone. */
export function readLimitMark(pid: number): string | undefined {
  return /^Max file locks +(\d+) /m.exec(readSmallFile(`/proc/${pid}/limits`) ?? '')?.[1];
}

const RUN_DIGITS = 7;

function ownerDigits(owner: string): string {
  return digest(owner, 8);
}
