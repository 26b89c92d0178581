import { describe, expect, it } from 'vitest';
import { isEnded, nameStatus, parseStat } from '../../../src/sampler/parse-stat.js';

/** A line as the system writes it: fields 1 to 52. */
function line(name: string, more: Partial<Record<number, number | string>> = {}): string {
  const fields: Record<number, number | string> = { 3: 'S', 4: 7, 5: 8, 14: 250, 15: 50, 20: 11, 22: 4_711 };
  Object.assign(fields, more);
  const rest = Array.from({ length: 50 }, (_, index) => String(fields[index + 3] ?? 0));
  return `100 (${name}) ${rest.join(' ')}\n`;
}

const plain = {
  state: 'S',
  parent: 7,
  group: 8,
  cpuTicks: 300,
  endedTicks: 0,
  threads: 11,
  startTicks: 4_711,
};

describe('parseStat', () => {
  it.each([
    ['node'],
    ['tmux: server'],
    ['a) S 1 1 (b'],
    ['(sd-pam)'],
    [')'],
    [''],
    ['two\nlines'],
    ['Bäcker'],
    ['kworker/0:1H-kblockd'],
  ])('takes the name %j as it is', (name) => {
    expect(parseStat(line(name))).toEqual({ name, ...plain });
  });

  it.each<[string, Partial<Record<number, number | string>>, object]>([
    ['a zombie', { 3: 'Z', 20: 1 }, { state: 'Z', threads: 1 }],
    ['a thread of the kernel', { 4: 2, 5: 0, 20: 1, 22: 3 }, { parent: 2, group: 0, startTicks: 3 }],
    ['the first process', { 4: 0, 22: 0 }, { parent: 0, startTicks: 0 }],
    ['years of cpu', { 14: 94_608_000_000, 15: 1 }, { cpuTicks: 94_608_000_001 }],
    ['time of ended children', { 16: 20, 17: 22 }, { endedTicks: 42 }],
    ['a limit without end', { 25: '18446744073709551615' }, { startTicks: 4_711 }],
  ])('reads %s', (_what, fields, expected) => {
    expect(parseStat(line('x', fields))).toMatchObject(expected);
  });

  const whole = line('x');
  it.each([
    ['nothing', ''],
    ['no name', '100 S 1 1'],
    ['half a name', '100 (nod'],
    ['a name alone', '100 (node)'],
    ['a state alone', '100 (node) S'],
    ['all but the start', whole.split(' ').slice(0, 21).join(' ')],
    ['a start that may have been cut', whole.split(' ').slice(0, 22).join(' ')],
    ['the message of a shell', 'No such process'],
  ])('takes %s for no process', (_what, text) => {
    expect(parseStat(text)).toBeUndefined();
  });

  it('needs nothing behind the start', () => {
    expect(parseStat(whole.split(' ').slice(0, 23).join(' '))).toEqual({ name: 'x', ...plain });
  });
});

describe('states', () => {
  it.each([
    ['R', 'running', false],
    ['S', 'sleeping', false],
    ['D', 'disk-sleep', false],
    ['T', 'stopped', false],
    ['t', 'stopped', false],
    ['Z', 'zombie', true],
    ['X', 'dead', true],
    ['I', 'idle', false],
    ['?', '?', false],
  ])('%s is %s; ended: %s', (state, status, hasEnded) => {
    expect(nameStatus(state)).toBe(status);
    expect(isEnded(parseStat(line('x', { 3: state }))!)).toBe(hasEnded);
  });
});
