import { describe, expect, test } from 'vitest';
import { update } from '../../../../src/cli/live/update.js';
import type { Input, View } from '../../../../src/cli/live/view.js';
import { AT_MS, topEntry, topReply, topSample, topView } from '../../../helpers/top.js';

const press = (view: View, ...keys: readonly string[]) =>
  keys.reduce((at, key) => update(at, { kind: 'key', key }), view);
const type = (view: View, text: string) => press(view, ...Array.from(text));
const next = (view: View, input: Input) => update(view, input);
const ids = (view: View) => view.rows.map(({ id }) => id);
const first = (view: View) => view.rows[0]!;
const many = () => topView(topReply(300));

describe('sorting', () => {
  test('begins with the highest CPU; services without a process come last, by id', () => {
    const view = many();
    const cpus = view.rows.flatMap(({ cpu }) => cpu ?? []);
    expect(cpus).toEqual(cpus.toSorted((one, other) => other - one));
    expect(ids(view).slice(-3)).toEqual(['ts_280', 'ts_290', 'ts_300']);
  });

  test.each([
    ['n', 'ts_1', 'ts_300'],
    ['i', 'ts_1', 'ts_299'],
    ['r', 'ts_297', 'ts_2'],
    ['v', 'ts_299', 'ts_1'],
    ['f', 'ts_4', 'ts_5'],
    ['d', 'ts_1', 'ts_2'],
    ['u', 'ts_300', 'ts_1'],
    ['x', 'ts_2', 'ts_3'],
    ['s', 'ts_10', 'ts_1'],
    ['a', 'ts_1', 'ts_2'],
  ])('%s puts %s on top, and pressed again %s', (key, top, otherTop) => {
    expect(first(press(many(), key)).id).toBe(top);
    expect(first(press(many(), key, key)).id).toBe(otherTop);
  });

  test('keeps services without a process at the end in both directions', () => {
    expect(ids(press(many(), 'r', 'r')).at(-1)).toBe('ts_300');
  });
});

describe('moving', () => {
  test.each<readonly [readonly string[], number, number]>([
    [['<down>'], 1, 0],
    [['j', 'j', 'k'], 1, 0],
    [['<up>'], 0, 0],
    [Array.from({ length: 17 }, () => '<down>'), 17, 0],
    [Array.from({ length: 18 }, () => '<down>'), 18, 1],
    [['<pagedown>'], 18, 1],
    [['<pagedown>', '<pagedown>', '<pageup>'], 18, 18],
    [['<end>'], 299, 282],
    [['<end>', '<down>'], 299, 282],
    [['<end>', '<home>'], 0, 0],
  ])('%j selects row %i, with row %i as the first on the screen', (keys, index, offset) => {
    expect(press(many(), ...keys)).toMatchObject({ index, offset });
  });

  test('The selection stays with its service when the order changes.', () => {
    const view = press(many(), 'n', '<down>', '<down>');
    expect(view.selected).toBe('ts_3');
    const turned = press(view, 'n');
    expect(turned.rows[turned.index]!.id).toBe('ts_3');
    expect(turned.offset).toBeLessThanOrEqual(turned.index);
    expect(turned.offset + 18).toBeGreaterThan(turned.index);
  });

  test('At the top the first row stays selected, whichever service it shows.', () => {
    const view = next(press(many(), '<down>', '<home>'), {
      kind: 'sample',
      sample: topSample(topReply(300, 3), 3),
    });
    expect(view.index).toBe(0);
  });

  test('A lower screen still shows the selected row.', () => {
    const view = next(press(many(), '<pagedown>'), { kind: 'resize', size: { columns: 80, rows: 12 } });
    expect(view).toMatchObject({ index: 18, offset: 13 });
  });

  test('Keys have no effect without services.', () => {
    expect(press(topView([]), '<down>', '<end>', '<enter>', '<pageup>')).toMatchObject({
      index: 0,
      shown: { kind: 'table' },
    });
  });
});

describe('filtering', () => {
  test.each([
    ['ts_29', 11],
    ['runner', 150],
    ['NAME_7', 11],
    ['defined', 30],
    ['1299', 1],
    ['nothing', 0],
  ])('%s leaves %i of 300', (text, count) => {
    expect(type(press(many(), '/'), text).rows).toHaveLength(count);
  });

  test('Letters edit the filter while it is typed, and are commands again after Enter.', () => {
    const typed = type(press(many(), '/'), 'q<p');
    expect(typed).toMatchObject({ filter: 'q<p', isDone: false, isPaused: false });
    expect(press(typed, '<backspace>', '<backspace>').filter).toBe('q');
    expect(press(typed, '<c-u>').filter).toBe('');
    expect(press(typed, '<enter>', 'p')).toMatchObject({ filter: 'q<p', isPaused: true });
  });

  test.each([[['<esc>']], [['<enter>', '<esc>']]])('%j clears it', (keys) => {
    const view = press(type(press(many(), '/'), 'ts_1'), ...keys);
    expect(view).toMatchObject({ filter: '', isTyping: false });
    expect(view.rows).toHaveLength(300);
  });

  test('Ctrl-C quits also while the filter is typed.', () => {
    expect(press(many(), '/', '<c-c>').isDone).toBe(true);
  });
});

describe('services that change', () => {
  test('The selection keeps its position when its service is gone; a new service is shown.', () => {
    const view = press(topView(topReply(5)), 'n', '<down>', '<down>');
    const entries = [1, 2, 4, 5, 6].map((index) => topEntry(index));
    const after = next(view, { kind: 'sample', sample: topSample(entries, 1) });
    expect(after).toMatchObject({ index: 2, selected: 'ts_4' });
    expect(ids(after)).toContain('ts_6');
    expect([...after.histories.keys()]).not.toContain('ts_3');
  });

  test('The history continues across a restart and ends with the transaction.', () => {
    const restarted = { ...topEntry(1), pid: 4711 };
    const view = next(topView(topReply(1)), { kind: 'sample', sample: topSample([restarted], 1) });
    expect(view.histories.get('ts_1')!.cpu).toHaveLength(2);
    const sample = topSample(topReply(1), 2);
    const other = next(view, {
      kind: 'sample',
      sample: { ...sample, about: { ...sample.about, transaction: 'T2' } },
    });
    expect(other.histories.get('ts_1')!.cpu).toHaveLength(1);
  });

  test('It is bounded to five minutes at one sample per second.', () => {
    let view = topView(topReply(1));
    for (let step = 1; step <= 310; step += 1) {
      view = next(view, { kind: 'sample', sample: topSample(topReply(1, step), step) });
    }
    expect(view.histories.get('ts_1')).toMatchObject({ taken: 311 });
    expect(view.histories.get('ts_1')!.cpu).toHaveLength(300);
  });
});

describe('modes', () => {
  test.each(['<esc>', '<left>', '<backspace>'])('Enter shows a service in detail, %s goes back', (key) => {
    const detail = press(many(), 'n', '<down>', '<enter>');
    expect(detail.shown).toMatchObject({ kind: 'detail', id: 'ts_2' });
    expect(press(detail, key)).toMatchObject({ shown: { kind: 'table' }, selected: 'ts_2' });
  });

  test('Details belong to the selected service, and scrolling stops at their end.', () => {
    const files = Array.from({ length: 50 }, (_, fd) => ({ path: `/tmp/${fd}`, fd, mode: 'r' }));
    const entry = topEntry(2);
    const detail = { ...entry, memory: { ...entry.memory!, opened_files: files } };
    const view = press(many(), 'n', '<down>', '<enter>');
    const other = next(view, { kind: 'sample', sample: topSample(topReply(300), 1, topEntry(3)) });
    expect(other.shown).toMatchObject({ entry: undefined });
    const filled = next(view, { kind: 'sample', sample: topSample(topReply(300), 1, detail) });
    const end = press(filled, '<end>');
    const { offset } = end.shown as { offset: number };
    expect(offset).toBeGreaterThan(30);
    expect(press(end, '<up>').shown).toMatchObject({ offset: offset - 1 });
    expect(press(end, '<home>').shown).toMatchObject({ offset: 0 });
  });

  test('While paused, the view ignores samples and errors.', () => {
    const paused = press(many(), 'p');
    const sample: Input = { kind: 'sample', sample: topSample(topReply(3), 1) };
    expect(next(paused, sample).rows).toHaveLength(300);
    expect(next(paused, { kind: 'error', text: 'gone', nowMs: AT_MS }).error).toBeUndefined();
    expect(next(press(paused, 'p'), sample).rows).toHaveLength(3);
  });

  test('An error stays until the next sample.', () => {
    const view = next(many(), { kind: 'error', text: 'gone', nowMs: AT_MS });
    expect(next(view, { kind: 'tick', nowMs: AT_MS + 1 }).error).toBe('gone');
    expect(next(view, { kind: 'sample', sample: topSample([], 1) }).error).toBeUndefined();
  });

  test.each(['q', '<c-c>'])('%s ends it, wherever', (key) => {
    for (const before of [[], ['<enter>'], ['?']]) {
      expect(press(many(), ...before, key).isDone).toBe(true);
    }
  });
});
