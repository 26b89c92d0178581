// Shell completion: the words that a shell is offered for what has been typed so far.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, CommandOptions } from './command.js';

/** What the script calls a program with, before the words typed so far. */
export const ASK = '--get-yargs-completions';

/** Typed instead of arguments. */
export const PRINT_SCRIPT = 'completion';

/** Instead of words: the shell offers files. */
export const FILES = ':files';

/** Flags of every command. */
const COMMON = ['debug', 'help', 'version'] as const;

/** The words typed after the program's name, `--action=re` as two of them; undefined when no shell asks. */
export function askedWords(argv: readonly string[]): readonly string[] | undefined {
  if (argv[0] !== ASK) return undefined;
  // bash cuts at `=` by itself.
  const words = argv.slice(2).flatMap((word) => {
    const [, flag, value] = /^(--[^=]+)=([^]*)$/.exec(word) ?? [];
    return flag === undefined || value === undefined ? [word] : [flag, value];
  });
  const joined = words.filter((word) => word !== '=');
  return words.at(-1) === '=' ? [...joined, ''] : joined;
}

/** Values after an option that takes one, else the positional or the flags; the shell leaves out what does not fit. */
export async function offerWords(command: Command, words: readonly string[]): Promise<readonly string[]> {
  const last = words.at(-1) ?? '';
  const flag = /^--(.+)$/.exec(words.at(-2) ?? '')?.[1];
  const option = flag === undefined ? undefined : command.options[flag];
  if (flag !== undefined && option !== undefined && option.type !== 'boolean') {
    return await offerValues(command, flag, words);
  }
  if (!last.startsWith('-') && command.values?._ !== undefined) return await offerValues(command, '_', words);
  return [...Object.keys(command.options), ...COMMON].map((name) => `--${name}`);
}

async function offerValues(
  command: Command,
  name: string,
  words: readonly string[],
): Promise<readonly string[]> {
  const options: CommandOptions = command.options;
  const offer = command.values?.[name] ?? options[name]?.choices ?? [];
  if (offer === 'files') return [FILES];
  return typeof offer === 'function' ? await offer(words) : offer.map(String);
}

/** Ids of the services in the context file that is named, or in those of the current folder. */
export async function offerServiceIds(words: readonly string[]): Promise<readonly string[]> {
  const at = words.indexOf('--context_file');
  const named = at === -1 ? undefined : words[at + 1];
  const files = named === undefined ? await filesHere() : [named];
  if (files.length === 0) return await askProvider().catch(() => []);
  const { readContextFile } = await import('../model/read/read-context.js');
  const ids = await Promise.all(
    files.map(async (file) => {
      // A file with faults has nothing to offer.
      const read = await readContextFile(file).catch(() => undefined);
      return read?.configuration.TaskService.map(({ id }) => id) ?? [];
    }),
  );
  return [...new Set(ids.flat())];
}

/** Nobody waits long for a Tab. */
const TIMEOUT_MS = 1000;

async function askProvider(): Promise<readonly string[]> {
  const { findProvider } = await import('../client/find-provider.js');
  const { Client } = await import('../client/client.js');
  const client = await Client.connect(await findProvider({}), { timeoutMs: TIMEOUT_MS });
  try {
    const { status } = await client.command({ action: 'list' });
    return (status.transactions ?? []).flatMap(({ services }) => services.map((each) => each.service_id));
  } finally {
    await client.close();
  }
}

async function filesHere(): Promise<readonly string[]> {
  const names = await readdir('conf').catch(() => []);
  return names.filter((name) => /^Context-.*\.xml$/.test(name)).map((name) => join('conf', name));
}
