// Shell completion: the script that a shell loads, and the words for which it then asks.

import yargs from 'yargs';
import type { Command } from './command.js';

/** What the script calls a program with, before the words typed so far. */
export const ASK = '--get-yargs-completions';

/** Typed instead of arguments. */
export const PRINT_SCRIPT = 'completion';

/**
 * The words typed after the program's name, undefined when no shell asks. bash cuts at `=`: what is typed as
 * `--action=re` comes as three words, and yargs knows the form with a blank.
 */
export function askedWords(argv: readonly string[]): readonly string[] | undefined {
  if (argv[0] !== ASK) return undefined;
  const words = argv.slice(2);
  const joined = words.filter((word) => word !== '=');
  return words.at(-1) === '=' ? [...joined, ''] : joined;
}

/** Values of an option that checks them itself, so that yargs does not know them. */
export function offeredValues(command: Command, words: readonly string[]): readonly string[] | undefined {
  const option = /^--(.+)$/.exec(words.at(-2) ?? '')?.[1];
  return option === undefined ? undefined : command.values?.[option];
}

/** The script for `program`, for the shell that $SHELL names. */
export async function completionScript(program: string): Promise<string> {
  let script = '';
  await yargs([])
    .scriptName(program)
    .completion(PRINT_SCRIPT)
    .exitProcess(false)
    .parseAsync([PRINT_SCRIPT], {}, (_error: unknown, _argv: unknown, text: string) => {
      script = text;
    });
  // Right after `=` bash has that as the word to complete, which none begins with.
  return script.replace(/^( *)cur_word=.*$/m, (line, indent: string) =>
    [line, `${indent}[ "$cur_word" = "=" ] && cur_word=""`].join('\n'),
  );
}
