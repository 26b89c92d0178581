// Tags processes with an unused resource limit, which a new session or environment does not remove.

import { existsSync } from 'node:fs';
import { readText } from '../sampler/proc-file.js';
import { digest, ownerOfToken } from './run-token.js';

const SHELL = '/bin/sh';

/**
 * Sets RLIMIT_LOCKS (without effect since Linux 2.4) and executes the program. The option is -w or -x, depending on
 * the shell; if neither works, the program runs without the tag.
 */
const SCRIPT = 'command ulimit -S -w "$0" 2>/dev/null || command ulimit -S -x "$0" 2>/dev/null; exec "$@"';

/** Returns a command that runs `command` with the tag of `token`; `command` itself if there is no shell. */
export function composeTaggedCommand(
  token: string,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  if (process.platform !== 'linux' || !existsSync(SHELL)) return command;
  return [SHELL, '-c', SCRIPT, composeRlimitTag(token), ...command];
}

/** Returns the limit's value: 61 bits, the upper half from the owner and the lower half from the token. */
export function composeRlimitTag(token: string): string {
  return String(BigInt(`0x1${ownerDigits(ownerOfToken(token))}${digest(token, RUN_DIGITS)}`));
}

/** Returns whether a tag belongs to any run of `owner`. */
export function isTagOfOwner(owner: string, tag: string): boolean {
  return BigInt(tag) >> BigInt(RUN_DIGITS * 4) === BigInt(`0x1${ownerDigits(owner)}`);
}

/** Reads the limit of a process as digits; undefined if it has none or has ended. */
export function readRlimitTag(pid: number): string | undefined {
  return /^Max file locks +(\d+) /m.exec(readText(`/proc/${pid}/limits`) ?? '')?.[1];
}

const RUN_DIGITS = 7;

function ownerDigits(owner: string): string {
  return digest(owner, 8);
}
