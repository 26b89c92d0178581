import { describe, expect, test } from 'vitest';
import { escapeLine, escapeText } from '../../../../src/cli/terminal/escape.js';
import { encodeLine, span } from '../../../../src/cli/live/line.js';
import { cut, fit, widthOf } from '../../../../src/cli/terminal/text.js';

describe('text from outside', () => {
  test.each([
    ['\u001b[2Jgone', '\\u001b[2Jgone'],
    ['\u009b31mred', '\\u009b31mred'],
    ['a\r\nb\tc\u0007\u007f', 'a\\u000d\\u000ab\\u0009c\\u0007\\u007f'],
    ['abc\u202edef', 'abc\\u202edef'],
    ['a\u200bb\u2028c', 'a\\u200bb\\u2028c'],
    ['\ud800x', '\\ud800x'],
    ['Grüße 漢字 ✓', 'Grüße 漢字 ✓'],
  ])('%j is shown as %j', (text, shown) => expect(escapeLine(text)).toBe(shown));

  test('of several lines keeps its line ends and tabs', () => {
    expect(escapeText('a\tb\nc\r\u001b[1m\u2067')).toBe('a\tb\nc\\u000d\\u001b[1m\\u2067');
  });

  test('that is JSON says the same when it is escaped', () => {
    const value = { text: 'a\u009b\u202eb\u007f\u2029' };
    expect(JSON.parse(escapeText(JSON.stringify(value)))).toEqual(value);
  });

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
  test('is never wider than the screen, and contains only its own styles', () => {
    const line = [span('ab', 'red'), span('\u001b[2Jcd', 'reverse'), span('more')];
    expect(encodeLine(line, 7, true)).toEqual({
      text: '\u001b[31mab\u001b[0m\u001b[7m\\u00…\u001b[0m',
      width: 7,
    });
  });

  test('keeps only styles without colour on a terminal without colours', () => {
    const line = [span('a', 'red'), span('b', 'reverse')];
    expect(encodeLine(line, 80, false).text).toBe('a\u001b[7mb\u001b[0m');
  });
});
