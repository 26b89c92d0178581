import { describe, expect, it } from 'vitest';
import { readMetaContext } from '../../../src/model/read/meta-context.js';
import { readContext } from '../../../src/model/read/read-context.js';
import { mutantsOf, type Mutant } from './mutants.js';
import { faultsOf, tellFaults, tryRefusal } from './refusals.js';
import { FULL_CONTEXT, FULL_META } from './sample-files.js';
import { META_OPTIONAL, CONTEXT_OPTIONAL } from './optional-elements.js';

describe.each([
  ['context', readContext, FULL_CONTEXT, CONTEXT_OPTIONAL],
  ['meta', readMetaContext, FULL_META, META_OPTIONAL],
] as const)('a broken %s file', (_kind, read, text, mayBeMissing) => {
  const mutants = mutantsOf(text, mayBeMissing);

  it('has at least 300 variants, and the original file is accepted', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(300);
    expect(tryRefusal(() => read(text, '/f.xml'))).toBeUndefined();
  });

  it('is always rejected with a ContextdError', () => {
    const accepted = mutants.filter((mutant) => tryRefusal(() => read(mutant.text, '/f.xml')) === undefined);
    expect(accepted.map(({ what }) => what)).toEqual([]);
  });

  it('is reported with the line of the mistake', () => {
    const misplaced = mutants.flatMap((mutant) => complaintAbout(mutant, read));
    expect(misplaced).toEqual([]);
  });
});

function complaintAbout(mutant: Mutant, read: (text: string, path: string) => unknown): readonly string[] {
  const error = tryRefusal(() => read(mutant.text, '/f.xml'));
  if (error === undefined) return [];
  const isTold =
    faultsOf(error).some(({ line }) => line === mutant.line) ||
    new RegExp(`\\bline ${mutant.line}\\b`).test(error.message);
  return isTold ? [] : [`${mutant.what} (line ${mutant.line} wanted): ${tellFaults(error).join('; ')}`];
}
