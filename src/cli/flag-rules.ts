// Flags that only some calls of a command use: any other call refuses them, so that nothing that is typed is ignored.

import { ContextdError } from '../base/errors.js';

export interface FlagRule<Args> {
  readonly flags: readonly string[];
  /** What they go with, as it is typed: such as `--action=top`. */
  readonly goWith: string;
  readonly fits: (args: Args) => boolean;
}

/** Throws CLI_USAGE for the first flag that this call would ignore. */
export function refuseIgnored<Args>(
  rules: readonly FlagRule<Args>[],
  args: Args,
  given: ReadonlySet<string>,
): void {
  for (const { flags, goWith, fits } of rules) {
    const flag = flags.find((each) => given.has(each));
    if (flag === undefined || fits(args)) continue;
    throw new ContextdError('CLI_USAGE', `--${flag} goes with ${goWith} only`, {
      hint: `leave --${flag} away: this call would ignore it`,
    });
  }
}
