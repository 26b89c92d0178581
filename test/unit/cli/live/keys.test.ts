import { expect, test } from 'vitest';
import { decodeKeys, decodeRest } from '../../../../src/cli/live/key-codes.js';

const E = '\u001b';

test.each<readonly [string, string, readonly string[]]>([
  ['letters, one key each', 'cq/', ['c', 'q', '/']],
  ['letters beyond ASCII', 'é漢', ['é', '漢']],
  ['arrows', `${E}[A${E}[B${E}[C${E}[D`, ['<up>', '<down>', '<right>', '<left>']],
  ['arrows of the application mode', `${E}OA${E}OB`, ['<up>', '<down>']],
  ['arrows with a modifier', `${E}[1;5A`, ['<up>']],
  ['pages', `${E}[5~${E}[6~`, ['<pageup>', '<pagedown>']],
  [
    'home and end of all kinds',
    `${E}[H${E}[1~${E}[7~${E}[F${E}[4~${E}[8~`,
    ['<home>', '<home>', '<home>', '<end>', '<end>', '<end>'],
  ],
  [
    'controls',
    '\r\n\u007f\b\u0003\u0015\u000c',
    ['<enter>', '<enter>', '<backspace>', '<backspace>', '<c-c>', '<c-u>', '<c-l>'],
  ],
  ['Escape with a key close behind', `${E}q${E}${E}[A`, ['<esc>', 'q', '<esc>', '<up>']],
  ['function keys and others that mean nothing here, without a trace', `${E}[15~${E}[[Bx${E}[Z${E}OP`, ['x']],
  ['controls that mean nothing here, without a trace', '\u0000\u0001\u001a\u009bx', ['x']],
  ['an invalid sequence', `${E}[\u0003`, ['<c-c>']],
])('decodes %s', (_title, text, keys) => {
  expect(decodeKeys(text)).toEqual({ keys, rest: '' });
});

test.each([`${E}[A`, `${E}OB`, `${E}[5~`, `${E}[1;5C`, `${E}[[C`, `x${E}[Fy`])(
  'A sequence is understood wherever it is split: %j',
  (text) => {
    const whole = decodeKeys(text).keys;
    for (let at = 1; at < text.length; at += 1) {
      const first = decodeKeys(text.slice(0, at));
      const second = decodeKeys(first.rest + text.slice(at));
      expect([...first.keys, ...second.keys]).toEqual(whole);
      expect(second.rest).toBe('');
    }
  },
);

test('An incomplete sequence is the key Escape, or no key.', () => {
  expect(decodeKeys(E)).toEqual({ keys: [], rest: E });
  expect(decodeRest(E)).toEqual(['<esc>']);
  expect(decodeRest(`${E}[1;`)).toEqual([]);
});
