import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readMetaContext } from '../../../src/model/read/meta-context.js';
import { readContext } from '../../../src/model/read/read-context.js';
import { loadTemplates, renderContext } from '../../../src/scaffold/render.js';
import { REQUEST } from '../scaffold/requests.js';
import { BROKEN_CONTEXTS, VALID_CONTEXTS } from './context-corpus.js';
import { BROKEN_METAS, VALID_METAS } from './meta-corpus.js';
import { mutantsOf } from './mutants.js';
import { CONTEXT_OPTIONAL, META_OPTIONAL } from './optional-elements.js';
import { tryRefusal } from './refusals.js';
import { FULL_CONTEXT, FULL_META } from './sample-files.js';
import { needs } from '../../helpers/requirements.js';
import { judge } from './xmllint.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const sample = (name: string) => ({ title: name, text: readFileSync(join(root, 'conf', name), 'utf8') });
const fixture = (name: string) =>
  readFileSync(join(root, 'test/fixtures/contexts', name), 'utf8').trimStart();

const contextCases = [
  ...VALID_CONTEXTS,
  ...BROKEN_CONTEXTS.filter(({ isBeyondSchema }) => isBeyondSchema !== true),
  ...mutantsOf(FULL_CONTEXT, CONTEXT_OPTIONAL).map(({ what, text }) => ({ title: what, text })),
  { title: 'every element', text: FULL_CONTEXT },
  { title: "the original's layout", text: fixture('Context-Original.xml') },
  ...['EchoAction', 'Sample', 'StateMachine'].map((name) => sample(`Context-${name}.xml`)),
  { title: 'what create_service writes', text: renderContext(await loadTemplates(), REQUEST.context) },
];
const metaCases = [
  ...VALID_METAS,
  ...BROKEN_METAS.filter(({ isBeyondSchema }) => isBeyondSchema !== true),
  ...mutantsOf(FULL_META, META_OPTIONAL).map(({ what, text }) => ({ title: what, text })),
  { title: 'every element', text: FULL_META },
  { title: "the original's layout", text: fixture('Services-StateMachine.xml') },
  { title: 'the file as it was printed', text: fixture('Services-AsPrinted.xml') },
  ...['Sample', 'StateMachine'].map((name) => sample(`Services-${name}.xml`)),
];

describe.each([
  ['context.xsd', readContext, contextCases],
  ['meta-services.xsd', readMetaContext, metaCases],
] as const)('%s', needs('xmllint'), (schema, read, cases) => {
  it('accepts and rejects the same files as the reader', () => {
    const verdicts = judge(
      cases.map(({ text }) => text),
      join(root, 'conf', schema),
    );
    const differing = cases.flatMap(({ title, text }, index) => {
      const isAccepted = tryRefusal(() => read(text, '/f.xml')) === undefined;
      if (isAccepted === verdicts[index]) return [];
      return [`${title}: the reader ${isAccepted ? 'accepts' : 'refuses'}, the schema does not`];
    });
    expect(differing).toEqual([]);
    expect(verdicts).toContain(true);
    expect(verdicts).toContain(false);
  });
});
