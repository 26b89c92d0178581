// Checks the code blocks of documents that are not executed; test/e2e/documents executes the others.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { packageRoot } from '../../src/base/package.js';
import { findXmlFault } from '../helpers/document-xml.js';
import {
  allDocuments,
  codeBlocks,
  findCodeBlocks,
  indentedLines,
  KINDS,
  placeIn,
  readDocument,
  withoutBlocks,
  type CodeBlock,
} from '../helpers/documents.js';

const documents = allDocuments();
const blocks = documents.flatMap(codeBlocks);

/** Fails if nothing is found, so that no check passes without input. */
function blocksOf(...kinds: readonly string[]): readonly CodeBlock[] {
  const found = blocks.filter(({ kind }) => kinds.includes(kind));
  expect(found, kinds.join(' or ')).not.toEqual([]);
  return found;
}

/** A block that is in no document. */
const blockOf = (fenced: string) => findCodeBlocks('x.md', fenced)[0]!;

const placesOf = (found: readonly { readonly place: string }[]) => found.map(({ place }) => place);
const isKnown = ({ kind }: CodeBlock) => Object.hasOwn(KINDS, kind);

describe('the code blocks of documents', () => {
  it('are all of a kind that is checked, or that is declared as a drawing', () => {
    const unknown = blocks.filter((block) => !isKnown(block));
    expect(unknown.map(({ place, kind }) => `${place}: "${kind}" is not in KINDS`)).toEqual([]);
    expect(['```\nx\n```', '```dot\nx\n```', '```sh later\nx\n```'].map(blockOf).map(isKnown)).not.toContain(
      true,
    );
    expect(blockOf('  ```sh\n  x\n  ```').kind).toBe('sh');
  });

  it('all have an opening and a closing fence', () => {
    const open = documents.flatMap((document) => {
      const prose = withoutBlocks(readDocument(document));
      return [...prose.matchAll(/^ *(?:```|~~~)/gm)].map(({ index }) => placeIn(document, prose, index));
    });
    expect(open).toEqual([]);
  });

  it('are fenced, not indented, so that their kind is known', () => {
    expect(placesOf(documents.flatMap(indentedLines))).toEqual([]);
  });

  it('show output only directly after the commands that print it', () => {
    const before = documents.flatMap((document) => {
      const own = codeBlocks(document).filter(({ kind }) => kind !== 'text drawing');
      return own.flatMap(({ kind, place }, index) =>
        kind === 'text output' ? [{ place, kind: own[index - 1]?.kind }] : [],
      );
    });
    expect(before).not.toEqual([]);
    expect(before.filter(({ kind }) => kind !== 'sh')).toEqual([]);
  });
});

describe('the code in documents', () => {
  it('is valid if it is XML', () => {
    expect(blocksOf('xml').flatMap(findXmlFault)).toEqual([]);
    expect(findXmlFault(blockOf('```xml\n<state type="no"/>\n```'))).toHaveLength(1);
  });

  it('matches the schema that it names if it is JSON', () => {
    const faultsOf = ({ place, mark, text }: CodeBlock) => {
      const file = join(packageRoot, 'conf', 'schemas', `${mark}.json`);
      const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
      return validate(JSON.parse(text)) ? [] : [{ place, errors: validate.errors }];
    };
    expect(blocksOf('json').flatMap(faultsOf)).toEqual([]);
    expect(faultsOf(blockOf('```json monitor\n{ "T1": [{}] }\n```'))).toHaveLength(1);
  });

  it('passes the type check if it is TypeScript', { timeout: 120_000 }, () => {
    const wrong = blockOf("```ts\nexport const a: number = 'a';\n```");
    const faults = findTypeFaults([...blocksOf('ts', 'ts FILE'), wrong]);
    expect(faults).toEqual([expect.stringMatching(/^x\.md:1: .*not assignable to type 'number'/)]);
  });

  it('scrapes a port that the document gives to a Monitor if it configures Prometheus', () => {
    for (const { place, text } of blocksOf('yaml')) {
      const document = place.replace(/:\d+$/, '');
      const ports = [...readDocument(document).matchAll(/<metrics_port>(\d+)</g)].map(
        ([, port]) => `127.0.0.1:${port}`,
      );
      const targets = scrapeConfiguration
        .parse(parseYaml(text))
        .scrape_configs.flatMap((each) => each.static_configs.flatMap((one) => one.targets));
      expect(ports, place).toEqual(targets);
    }
  });
});

/** The keys that our documents use: any other key is a mistake. */
const scrapeConfiguration = z.strictObject({
  scrape_configs: z.array(
    z.strictObject({
      job_name: z.string(),
      static_configs: z.array(z.strictObject({ targets: z.array(z.string()) })),
    }),
  ),
});

/** Compiles each block as a file in the folder of the tests, where `contextd` resolves to this package. */
function findTypeFaults(found: readonly CodeBlock[]): readonly string[] {
  const folder = join(packageRoot, 'test');
  const texts = new Map(found.map((block, index) => [join(folder, `block-${index}.ts`), block]));
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    readonly config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false });
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.readFile = (path) => texts.get(path)?.text ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  const program = ts.createProgram([...texts.keys()], { ...options, noUnusedLocals: false }, host);
  // `npm run types` checks the imported files.
  const faults = program
    .getSourceFiles()
    .filter(({ fileName }) => texts.has(fileName))
    .flatMap((file) => ts.getPreEmitDiagnostics(program, file));
  return faults.map(({ file, messageText }) => {
    const place = texts.get(file?.fileName ?? '')?.place ?? file?.fileName ?? '';
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
