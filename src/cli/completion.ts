// Shell completion: computes the words that can follow those typed so far.

import type { Command, CommandOptions } from './arguments/command.js';

/** The completion script calls the program with this flag, followed by the words typed so far. */
export const COMPLETE_FLAG = '--get-yargs-completions';

/** The argument that prints the completion script. */
export const PRINT_SCRIPT = 'completion';

/** Output instead of words: the shell completes file names. */
export const FILES = ':files';

/** Flags of every command. */
const COMMON = ['debug', 'help', 'version'] as const;

/** The words typed after the program's name, `--action=re` split in two; undefined when this is not a completion call. */
export function typedWords(argv: readonly string[]): readonly string[] | undefined {
  if (argv[0] !== COMPLETE_FLAG) return undefined;
  // bash splits at `=` by itself.
  const words = argv.slice(2).flatMap((word) => {
    const [, flag, value] = /^(--[^=]+)=([^]*)$/.exec(word) ?? [];
    return flag === undefined || value === undefined ? [word] : [flag, value];
  });
  const joined = words.filter((word) => word !== '=');
  return words.at(-1) === '=' ? [...joined, ''] : joined;
}

/** Values after an option that takes one, else positionals or flags. The shell filters them by what is typed. */
export async function completeWords(command: Command, words: readonly string[]): Promise<readonly string[]> {
  const last = words.at(-1) ?? '';
  const flag = /^--(.+)$/.exec(words.at(-2) ?? '')?.[1];
  const option = flag === undefined ? undefined : command.options[flag];
  if (flag !== undefined && option !== undefined && option.type !== 'boolean') {
    return await completeValues(command, flag, words);
  }
  if (!last.startsWith('-') && command.values?._ !== undefined)
    return await completeValues(command, '_', words);
  return [...Object.keys(command.options), ...COMMON].map((name) => `--${name}`);
}

async function completeValues(
  command: Command,
  name: string,
  words: readonly string[],
): Promise<readonly string[]> {
  const options: CommandOptions = command.options;
  const completion = command.values?.[name] ?? options[name]?.choices ?? [];
  if (completion === 'files') return [FILES];
  return typeof completion === 'function' ? await completion(words) : completion.map(String);
}
