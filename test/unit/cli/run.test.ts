import { describe, expect, it } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { defineCommand } from '../../../src/cli/command.js';
import { confCommand } from '../../../src/cli/conf-command.js';
import { runCommand, tellError } from '../../../src/cli/run.js';
import { createTerminal } from '../../helpers/terminal.js';

const seen: unknown[] = [];
const sample = defineCommand({
  name: 'sample',
  summary: 'A sample.',
  positionals: '',
  options: {
    word: { type: 'string', demandOption: true, describe: 'A word' },
    list: { type: 'string', array: true, default: [] as string[], describe: 'Words' },
    kind: { choices: ['one', 'two'] as const, describe: 'A kind' },
  },
  examples: [],
  run(args, terminal) {
    seen.push(args);
    if (args.word === 'deep') {
      const cause = new TypeError('the deepest reason');
      return Promise.reject(
        new ContextdError('BUS_UNREACHABLE', 'no answer', { cause, hint: 'call louder' }),
      );
    }
    if (args.word === 'odd') return Promise.reject(new RangeError('nobody expected this'));
    terminal.out('done\n');
    return Promise.resolve(args.word === 'three' ? 3 : 0);
  },
});

async function run(...argv: string[]) {
  const terminal = createTerminal();
  const exitCode = await runCommand(sample, argv, terminal);
  return { exitCode, ...terminal.written };
}

describe('a command', () => {
  it('is given its arguments, and its result is the exit code', async () => {
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
    ['a required option is missing', [], 'word'],
    ['an option is unknown', ['--word=a', '--wrod=b'], 'Unknown argument: wrod'],
    [
      'a value is none of the choices',
      ['--word=a', '--kind=three'],
      'kind, Given: "three", Choices: "one", "two"',
    ],
  ])('is not run, and exits 2 with a hint, when %s', async (_why, argv, message) => {
    const before = seen.length;
    const { exitCode, out, err } = await run(...argv);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(/^error CLI_USAGE: /);
    expect(err).toContain(message);
    expect(err).toContain(`\n  hint: run 'sample --help' to see what it takes\n`);
    expect(seen).toHaveLength(before);
  });

  it('that fails tells message and hint, and exits with the code of the error', async () => {
    expect(await run('--word=deep')).toEqual({
      exitCode: 3,
      out: '',
      err: 'error BUS_UNREACHABLE: no answer\n  hint: call louder\n',
    });
    expect(await run('--word=odd')).toEqual({
      exitCode: 1,
      out: '',
      err: 'error INTERNAL: nobody expected this\n',
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

  it('prints a script for shell completion', async () => {
    const { exitCode, out } = await run('completion');
    expect(exitCode).toBe(0);
    expect(out).toContain('###-begin-sample-completions-###');
    expect(out).toContain('--get-yargs-completions');
  });
});

it('an error without a hint is one line', () => {
  const terminal = createTerminal();
  expect(tellError(new ContextdError('CLI_USAGE', 'so not'), false, terminal)).toBe(2);
  expect(terminal.written.err).toBe('error CLI_USAGE: so not\n');
});
