import { describe, expect, test } from 'vitest';
import { encodeLine, span } from '../../../../src/cli/live/line.js';
import { clean, cut, fit, widthOf } from '../../../../src/cli/live/text.js';

describe('text from outside', () => {
  test.each([
    ['\u001b[2Jgone', '?[2Jgone'],
    ['\u009b31mred', '?31mred'],
    ['a\r\nb\tc\u0007\u007f', 'a??b?c??'],
    ['abc\u202edef', 'abc?def'],
    ['a\u200bb\u2028c', 'a?b?c'],
    ['\ud800x', '?x'],
    ['Grüße 漢字 ✓', 'Grüße 漢字 ✓'],
  ])('%j is shown as %j', (text, shown) => expect(clean(text)).toBe(shown));

  test.each([
    ['abc', 3],
    ['Grüße', 5],
    ['漢字', 4],
    ['e\u0301', 1],
    ['🚀!', 3],
  ])('%j is %i columns wide', (text, width) => expect(widthOf(text)).toBe(width));

  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['abcdef', 1, '…'],
    ['abcdef', 0, ''],
    ['漢字漢字', 6, '漢字…'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字漢字', 4, '漢…'],
  ])('%j is cut to %i columns as %j', (text, columns, shown) => expect(cut(text, columns)).toBe(shown));

  test('is padded on the side where it does not stand, by columns and not by letters', () => {
    expect(fit('12', 5, 'right')).toBe('   12');
    expect(fit('漢', 5)).toBe('漢   ');
    expect(fit('漢字漢', 4)).toBe('漢… ');
  });
});

describe('a line for the terminal', () => {
  test('is never wider than the screen, and has no looks but its own', () => {
    const line = [span('ab', 'red'), span('\u001b[2Jcd', 'reverse'), span('more')];
    expect(encodeLine(line, 7, true)).toEqual({
      text: '\u001b[31mab\u001b[0m\u001b[7m?[2J…\u001b[0m',
      width: 7,
    });
  });

  test('keeps only looks that need no colour where there is none', () => {
    const line = [span('a', 'red'), span('b', 'reverse')];
    expect(encodeLine(line, 80, false).text).toBe('a\u001b[7mb\u001b[0m');
  });
});
