import { describe, expect, it } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { ownManifest } from '../../../src/base/package.js';
import { defineCommand } from '../../../src/cli/arguments/command.js';
import { confCommand } from '../../../src/cli/conf-command.js';
import { runCommand, printError } from '../../../src/cli/run.js';
import { createTerminal } from '../../helpers/terminal.js';

const FLAGS = ['--word', '--list', '--kind', '--two_words', '--debug', '--help', '--version'];
const seen: unknown[] = [];
const sample = defineCommand({
  name: 'sample',
  summary: 'A sample.',
  positionals: '',
  options: {
    word: { type: 'string', demandOption: true, describe: 'A word' },
    list: { type: 'string', array: true, default: [] as string[], describe: 'Words' },
    kind: { choices: ['one', 'two'] as const, describe: 'A kind' },
    two_words: { type: 'string', describe: 'Words' },
  },
  examples: [],
  values: { word: 'files', list: ['x', 'y'], _: () => Promise.resolve(['found']) },
  check: (_args, given) => {
    if (given.has('word') && given.has('two_words'))
      throw new ContextdError('CLI_USAGE', 'one word is enough', { hint: 'say it once' });
  },
  run(args, terminal) {
    seen.push(args);
    if (args.word === 'deep') {
      const cause = new TypeError('the deepest reason');
      return Promise.reject(
        new ContextdError('BUS_UNREACHABLE', 'no answer', { cause, hint: 'call louder' }),
      );
    }
    if (args.word === 'odd') return Promise.reject(new RangeError('unexpected'));
    terminal.out('done\n');
    return Promise.resolve(args.word === 'three' ? 3 : 0);
  },
});

const HELP = "run 'sample --help' to see its flags";

async function run(...argv: string[]) {
  const terminal = createTerminal();
  const exitCode = await runCommand(sample, argv, terminal);
  return { exitCode, ...terminal.written };
}

describe('a command', () => {
  it('gets its arguments, and its result is the exit code', async () => {
    expect(await run('--word=a', '--list=x', '--list', 'y', '--kind', 'two')).toEqual({
      exitCode: 0,
      out: 'done\n',
      err: '',
    });
    expect(seen.at(-1)).toMatchObject({ word: 'a', list: ['x', 'y'], kind: 'two' });
    expect(await run('--word=three')).toMatchObject({ exitCode: 3 });
    await run('--word=a', '--word=b', '--debug', '--debug');
    expect(seen.at(-1)).toMatchObject({ word: 'b', debug: true, list: [] });
  });

  it.each([
    ['a required option is missing', [], 'missing: --word', HELP],
    ['an option is unknown', ['--word=a', '--wrod=b'], 'unknown flag --wrod', 'did you mean --word?'],
    ['an option resembles no other', ['--word=a', '--quite=b'], 'unknown flag --quite', HELP],
    ['an option has dashes', ['--two-words=a'], 'unknown flag --two-words', 'did you mean --two_words?'],
    ['a letter is unknown', ['--word=a', '-x'], 'unknown flag -x', HELP],
    [
      'a value is not one of the choices',
      ['--word=a', '--kind=three'],
      'invalid value "three" for --kind',
      'allowed values: one, two',
    ],
    [
      'a value is misspelt',
      ['--word=a', '--kind=tow'],
      'invalid value "tow" for --kind',
      'did you mean --kind=two?',
    ],
    ['a value is missing', ['--word'], '--word needs a value', HELP],
    ['a flag stands where a value should', ['--word', '--kind=one'], '--word needs a value', HELP],
    ['a word stands alone', ['--word=a', 'b'], 'unexpected argument "b"', HELP],
    ['a value stands alone', ['--word=a', 'one'], 'unexpected argument "one"', 'did you mean --kind=one?'],
    ['options do not fit together', ['--word=a', '--two_words=b'], 'one word is enough', 'say it once'],
  ])('is not run, and exits 2 with a hint, when %s', async (_why, argv, message, hint) => {
    const before = seen.length;
    const { exitCode, out, err } = await run(...argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toBe(`error CLI_USAGE: ${message}\n  hint: ${hint}\n`);
    expect(seen).toHaveLength(before);
  });

  it('that fails prints message and hint, and exits with the code of the error', async () => {
    expect(await run('--word=deep')).toEqual({
      exitCode: 3,
      out: '',
      err: 'error BUS_UNREACHABLE: no answer\n  hint: call louder\n',
    });
    expect(await run('--word=odd')).toEqual({
      exitCode: 1,
      out: '',
      err: 'error INTERNAL: unexpected\n',
    });
  });

  it('shows the stack and the cause with --debug only', async () => {
    const { err } = await run('--word=deep', '--debug');
    expect(err).toMatch(
      /error BUS_UNREACHABLE: no answer\n {2}hint: call louder\nContextdError: no answer\n {4}at /,
    );
    expect(err).toMatch(/\ncaused by TypeError: the deepest reason\n {4}at .*run\.test\.ts/);
  });

  it.each([80, 100, 200])('has a help that fits a terminal of %i columns', async (columns) => {
    const terminal = createTerminal(false, columns);
    expect(await runCommand(confCommand, ['--help'], terminal)).toBe(0);
    const widest = Math.max(...terminal.written.out.split('\n').map((line) => line.length));
    expect(widest).toBe(Math.min(columns, 100));
  });

  it.each(['-v', '--version'])('says which version it is: %s', async (flag) => {
    expect(await run(flag)).toEqual({ exitCode: 0, out: `${ownManifest().version}\n`, err: '' });
  });

  it.each(['-h', '--help'])('says what it takes: %s', async (flag) => {
    const { exitCode, out } = await run(flag);
    expect({ exitCode, start: out.slice(0, 16) }).toEqual({ exitCode: 0, start: 'sample [options]' });
  });

  it.each([
    [['--ki'], [...FLAGS]],
    [['--word=a', ''], ['found']],
    [['--word', ''], [':files']],
    [['--word=con'], [':files']],
    [['--kind=o'], ['one', 'two']],
    [
      ['--list', ''],
      ['x', 'y'],
    ],
    [['--debug', ''], ['found']],
    [['--two_words', ''], []],
  ])('offers a shell, after %j, %j', async (words, offered) => {
    const { out } = await run('--get-yargs-completions', 'sample', ...words);
    expect(out.split('\n').filter(Boolean)).toEqual(offered);
  });

  it('prints a script for shell completion', async () => {
    const { exitCode, out } = await run('completion');
    expect(exitCode).toBe(0);
    expect(out).toContain('###-begin-sample-completions-###');
    expect(out).toContain('--get-yargs-completions');
    expect(await run('completion', 'ksh')).toMatchObject({
      exitCode: 2,
      err: 'error CLI_USAGE: the shell "ksh" is not supported\n  hint: supported shells: bash, zsh, fish; run: sample completion bash\n',
    });
  });
});

it('an error without a hint is one line', () => {
  const terminal = createTerminal();
  expect(printError(new ContextdError('CLI_USAGE', 'so not'), false, terminal)).toBe(2);
  expect(terminal.written.err).toBe('error CLI_USAGE: so not\n');
});
