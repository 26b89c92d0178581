import { describe, expect, it, vi } from 'vitest';
import { decodeEnvelope, encodeEnvelope, subscriptionOf } from '../../../src/bus/envelope.js';

const decode = (text: string) => decodeEnvelope(Buffer.from(text));

describe('a frame', () => {
  it('consists of topic, separator and JSON', () => {
    expect(encodeEnvelope({ topic: 'context', body: { a: ['ü', 1, null] } })).toBe(
      'context @@@ {"a":["ü",1,null]}',
    );
  });

  it.each([
    ['as this codec writes it', 'control @@@ {"a":1}', 'control', { a: 1 }],
    ['as the original writes it', 'control @@@ {\n    "a": 1,\n    "b": ""\n}', 'control', { a: 1, b: '' }],
    ['with the separator in its text', 'state @@@ {"a":"x @@@ y"}', 'state', { a: 'x @@@ y' }],
    ['with a routed topic', 'process.T.ts_1 @@@ []', 'process.T.ts_1', []],
    ['with a body that is no object', 'x @@@ 7', 'x', 7],
  ])('is read %s', (_how, text, topic, body) => {
    expect(decode(text)).toEqual({ topic, body });
  });

  it.each(['left @@@ right', '@@@', '@@@@', '@@@@@@@', 'a@@b@c', 'x @@@@ y'])(
    'contains its separator once, and %j is decoded unchanged',
    (text) => {
      const frame = encodeEnvelope({ topic: 'control', body: { [text]: [text] } });
      expect(frame.split('@@@')).toHaveLength(2);
      expect(decode(frame).body).toEqual({ [text]: [text] });
    },
  );

  it('is read out of a larger buffer', () => {
    const bytes = Buffer.from('....x @@@ 1....');
    expect(decodeEnvelope(bytes.subarray(4, -4))).toEqual({ topic: 'x', body: 1 });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'does not start with'],
    ['no separator', Buffer.from('{"a":1}'), 'does not start with'],
    ['no blanks around the separator', Buffer.from('x@@@{}'), 'does not start with'],
    ['no topic', Buffer.from(' @@@ {}'), 'does not start with'],
    ['a topic without end', Buffer.from(`${'x'.repeat(5000)} @@@ {}`), 'does not start with'],
    ['not JSON', Buffer.from('x @@@ {a:1}'), 'the text after "x @@@" is not JSON'],
    ['nothing behind the separator', Buffer.from('x @@@ '), 'not JSON'],
    ['two bodies', Buffer.from('x @@@ {} {}'), 'not JSON'],
    ['a body that is not UTF-8', Buffer.concat([Buffer.from('x @@@ "'), Buffer.from([0xff, 0x22])]), 'UTF-8'],
    ['a topic that is not UTF-8', Buffer.concat([Buffer.from([0xff]), Buffer.from(' @@@ 1')]), 'UTF-8'],
  ])('is rejected with %s', (_what, bytes, message) => {
    expect(() => decodeEnvelope(bytes)).toThrow(
      expect.objectContaining({
        code: 'MSG_FRAME_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

describe('a body with very many values', () => {
  const MAX_VALUES = 100_000;

  it.each([
    ['numbers', `[${'1,'.repeat(3_000_000)}1]`],
    ['empty lists', `[${'[],'.repeat(2_000_000)}[]]`],
    ['empty objects', `{"a":[${'{},'.repeat(2_000_000)}{}]}`],
    ['members', `{${'"a":1,'.repeat(1_000_000)}"a":1}`],
    ['open lists', '['.repeat(6_000_000)],
    ['lists after a text', `["\\\\",${'[],'.repeat(2_000_000)}[]]`],
  ])('is rejected with %s, without being parsed', (_what, json) => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(() => decode(`x @@@ ${json}`)).toThrow(`more than ${MAX_VALUES} values`);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  it.each([
    ['many', JSON.stringify(Array.from({ length: MAX_VALUES - 1 }, (_, at) => at))],
    ['large ones', JSON.stringify([`${',[{'.repeat(1_000_000)}"\\`, 'x'.repeat(2_000_000)])],
  ])('is accepted with %s', (_what, json) => {
    expect(decode(`x @@@ ${json}`).body).toEqual(JSON.parse(json));
  });
});

it('a subscription matches only its own topic', () => {
  const key = subscriptionOf('process');
  expect(encodeEnvelope({ topic: 'process', body: 1 }).startsWith(key)).toBe(true);
  expect(encodeEnvelope({ topic: 'process.T.a', body: 1 }).startsWith(key)).toBe(false);
  expect(encodeEnvelope({ topic: 'processes', body: 1 }).startsWith(key)).toBe(false);
});
