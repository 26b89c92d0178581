// Rejects flags that a call would ignore, so that no flag is silently without effect.

import { usageError } from './usage-errors.js';

export interface FlagRule<Args> {
  readonly flags: readonly string[];
  /** When they can be used, such as `with --action=top`. */
  readonly condition: string;
  readonly applies: (args: Args) => boolean;
}

/** Throws CLI_USAGE for the first flag that this call would ignore. */
export function rejectIgnored<Args>(
  rules: readonly FlagRule<Args>[],
  args: Args,
  given: ReadonlySet<string>,
): void {
  for (const { flags, condition, applies } of rules) {
    const flag = flags.find((each) => given.has(each));
    if (flag === undefined || applies(args)) continue;
    throw usageError(
      `--${flag} can only be used ${condition}`,
      `remove --${flag}; it would have no effect here`,
    );
  }
}
