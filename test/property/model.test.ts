import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMetaContext } from '../../src/model/read/meta-context.js';
import { parseContextConfiguration } from '../../src/model/read/parse-context.js';
import { readContext } from '../../src/model/read/read-context.js';
import { readXml } from '../../src/xml/xml.js';
import { tryRefusal } from '../unit/model/refusals.js';
import { FULL_CONTEXT, FULL_META } from '../unit/model/sample-files.js';
import { needs } from '../helpers/requirements.js';
import { judge } from '../unit/model/xmllint.js';

/** Pieces of XML in random order. */
const xmlLike = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '/>',
        '</',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '&amp;',
        '&',
        '="',
        "'",
        '<?xml',
        '?>',
      ),
      fc.constantFrom(
        '<Context>',
        '</Context>',
        '<TaskService id="a">',
        '</TaskService>',
        '<Task/>',
        '<!DOCTYPE',
      ),
      fc.string(),
    ),
  )
  .map((pieces) => pieces.join(''));

/** A valid file with a few ranges removed, duplicated or overwritten. */
const damaged = (text: string) =>
  fc
    .array(
      fc.tuple(
        fc.nat(text.length),
        fc.nat(12),
        fc.constantFrom('', '<', '>', '/', '"', '&', '-->', ' x="1"'),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((cuts) =>
      cuts.reduce((now, [at, count, put]) => now.slice(0, at) + put + now.slice(at + count), text),
    );

describe('for any file content', () => {
  it.each([
    ['any text', fc.string({ unit: 'binary' })],
    ['text like XML', xmlLike],
    ['a damaged context', damaged(FULL_CONTEXT)],
    ['a damaged meta file', damaged(FULL_META)],
  ] as const)('%s is read or rejected with a ContextdError', (_title, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        tryRefusal(() => readContext(text, '/f.xml'));
        tryRefusal(() => readMetaContext(text, '/f.xml'));
      }),
      { numRuns: 500 },
    );
  });

  it('any value from the bus is parsed or rejected with a ContextdError', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => {
        tryRefusal(() => parseContextConfiguration(value));
        tryRefusal(() => parseContextConfiguration({ TaskService: value }));
        tryRefusal(() => parseContextConfiguration({ TaskService: [{ Task: value }] }));
      }),
      { numRuns: 500 },
    );
  });

  it('the reader accepts it as XML exactly if xmllint does', needs('xmllint'), () => {
    const texts = [
      ...fc.sample(damaged(FULL_CONTEXT), { numRuns: 400, seed: 7 }),
      ...fc.sample(damaged(FULL_META), { numRuns: 400, seed: 8 }),
    ];
    const verdicts = judge(texts);
    const differing = texts.filter(
      (text, index) => (tryRefusal(() => readXml(text, '/f.xml')) === undefined) !== verdicts[index],
    );
    expect(differing).toEqual([]);
    expect(verdicts).toContain(true);
    expect(verdicts).toContain(false);
  });
});
