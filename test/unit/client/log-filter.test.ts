import { describe, expect, it } from 'vitest';
import { LogSelector, timeOf, type LineFilter } from '../../../src/client/log-filter.js';

describe('the time of a line', () => {
  it.each([
    ['2026-01-31T12:00:00.000Z info  ready', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00+02:00 ready', '2026-01-31T10:00:00.000Z'],
    ['[2026-01-31T12:00:00.5Z] ready', '2026-01-31T12:00:00.500Z'],
  ])('%s', (line, iso) => {
    expect(new Date(timeOf(line) ?? 0).toISOString()).toBe(iso);
  });

  it('is local without a zone, also with the comma of Python', () => {
    expect(timeOf('2026-01-31 12:00:00,250 INFO ready')).toBe(new Date(2026, 0, 31, 12, 0, 0, 250).getTime());
  });

  it.each(['ready at 2026-01-31T12:00:00Z', '12:00:00 ready', '2026-13-45T99:00:00Z x', ''])(
    'is unknown: "%s"',
    (line) => {
      expect(timeOf(line)).toBeUndefined();
    },
  );
});

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const ms = (minute: number) => Date.parse(at(minute));

/** The selected ones of `lines`, in a log that was last written to in `lastWrite`. */
function select(filter: LineFilter, lines: readonly string[], lastWrite: number): readonly string[] {
  const selector = new LogSelector(filter);
  return [...lines.flatMap((line) => selector.push(line)), ...selector.end(ms(lastWrite))].map(
    ({ line }) => line,
  );
}

describe('lines are selected', () => {
  const lines = ['raw 0', `${at(1)} one`, 'raw 1', `${at(5)} five`, 'raw 5'];

  it.each([
    ['all without a filter', {}, 9, lines],
    ['those since a time', { sinceMs: ms(5) }, 9, ['raw 1', ...lines.slice(3)]],
    ['a line without a time belongs to the time until the next one', { sinceMs: ms(3) }, 5, lines.slice(2)],
    ['the last ones by the last write to the log', { sinceMs: ms(8) }, 9, ['raw 5']],
    ['none in an older log', { sinceMs: ms(8) }, 7, []],
    ['by a pattern', { pattern: /^raw/ }, 9, ['raw 0', 'raw 1', 'raw 5']],
    ['by both', { sinceMs: ms(5), pattern: /five|one/ }, 9, [lines[3]!]],
  ] as const)('%s', (_what, filter, lastWrite, expected) => {
    expect(select(filter, lines, lastWrite)).toEqual(expected);
  });

  it('with the time of the line before, so that a stack trace stays with its error', () => {
    const selector = new LogSelector({});
    const times = ['raw', `${at(1)} Error`, '    at x.ts:1'].flatMap((line) => selector.push(line));
    expect(times.map(({ atMs }) => atMs)).toEqual([undefined, ms(1), ms(1)]);
  });
});
