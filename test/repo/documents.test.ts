import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { readMetaContext } from '../../src/model/meta-context.js';
import { readContext } from '../../src/model/read-context.js';
import { allDocuments, codeBlocks, readDocument, type CodeBlock } from '../helpers/documents.js';

const documents = allDocuments();
const blocksOf = (...languages: readonly string[]) =>
  documents.flatMap(codeBlocks).filter(({ language }) => languages.includes(language));

/** What `[text](target)` points to, outside of code. */
function linksOf(document: string): readonly string[] {
  const prose = readDocument(document)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that a reader on the web gets: one a heading. */
function anchorsOf(document: string): readonly string[] {
  const headings = [...readDocument(document).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return headings.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(document: string, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return false;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(packageRoot, target))) return true;
  return anchor !== undefined && !(target.endsWith('.md') && anchorsOf(target).includes(anchor));
}

describe('documents', () => {
  it('have no link that leads nowhere', () => {
    const broken = documents.flatMap((document) =>
      linksOf(document)
        .filter((link) => isBroken(document, link))
        .map((link) => `${document}: ${link}`),
    );
    expect(broken).toEqual([]);
    expect(documents.flatMap(linksOf).length).toBeGreaterThan(10);
    expect(isBroken('README.md', 'docs/nothing.md')).toBe(true);
    expect(isBroken('README.md', '#no-such-heading')).toBe(true);
  });

  it('are all reachable from the README', () => {
    const reached = new Set(['README.md']);
    for (const document of reached) {
      for (const link of linksOf(document)) {
        const target = join(dirname(document), link.split('#')[0] ?? '');
        for (const each of documents) if (each === target || each.startsWith(`${target}/`)) reached.add(each);
      }
    }
    expect(documents.filter((each) => !reached.has(each))).toEqual([]);
  });
});

/** A whole file as it is; a part of one in its place in a file. */
function completeXml(text: string): string {
  const [, root = ''] = /^\s*(?:<\?[\s\S]*?\?>|<!--[\s\S]*?-->|\s)*<([A-Za-z_]+)/.exec(text) ?? [];
  const service = (state: string, configuration = '', supervision = '') =>
    `<TaskService id="ts_1" instance="Own" serviceType="Process" topic="process"><Task><description/><message><header>
     <action>start</action><service_name>own</service_name></header><content>${configuration}</content></message>
     ${state}${supervision}</Task></TaskService>`;
  const empty = ['start', 'update', 'fail', 'exit'].map(
    (each) => `<on_${each}><action/><call/></on_${each}>`,
  );
  const state = `<state type="on_start">${empty.join('')}</state>`;
  const configuration = '<configuration><device_action/><location/></configuration>';
  const context = (services: string) =>
    `<Context><FrontEndEndpoint>tcp://127.0.0.1:5556</FrontEndEndpoint><BackendEndpoint>tcp://127.0.0.1:5557</BackendEndpoint>
     <FrontBind>tcp://127.0.0.1:5557</FrontBind><BackendBind>tcp://127.0.0.1:5556</BackendBind><ContextID>context001</ContextID>
     <TaskLogName>Own</TaskLogName>${services}</Context>`;
  switch (root) {
    case 'TaskService':
      return context(text);
    case 'configuration':
      return context(service(state, text));
    case 'supervision':
      return context(service(state, configuration, text));
    case 'state':
      return context(service(text, configuration));
    default:
      return text;
  }
}

function findXmlFault({ place, text }: CodeBlock): string[] {
  try {
    const whole = completeXml(text);
    if (whole.includes('<MetaServiceConf')) readMetaContext(whole, place);
    else readContext(whole, place);
    return [];
  } catch (error) {
    return [`${place}: ${String(error)}`];
  }
}

/** Each block as a file of its own beside the tests, where `contextd` means this package. */
function findTypeFaults(blocks: readonly CodeBlock[]): readonly string[] {
  const folder = join(packageRoot, 'test');
  const texts = new Map(blocks.map((block, index) => [join(folder, `block-${index}.ts`), block]));
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
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const place = texts.get(file?.fileName ?? '')?.place ?? file?.fileName ?? '';
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

it('the reference of the SDK is generated without a warning', { timeout: 120_000 }, async () => {
  const { exitCode, all } = await execa('npx', ['typedoc', '--emit', 'none'], {
    cwd: packageRoot,
    all: true,
    reject: false,
  });
  expect(exitCode, all).toBe(0);
});

describe('the code in documents', () => {
  it('is valid where it is XML', () => {
    const blocks = blocksOf('xml');
    expect(blocks.length).toBeGreaterThan(0);
    expect(blocks.flatMap(findXmlFault)).toEqual([]);
    expect(
      findXmlFault({ place: 'x', line: 1, language: 'xml', mark: '', text: '<state type="no"/>' }),
    ).toHaveLength(1);
  });

  it('is valid where it is JSON', () => {
    for (const { place, text } of blocksOf('json'))
      expect(() => JSON.parse(text) as unknown, place).not.toThrow();
  });

  it('passes the type check where it is TypeScript', { timeout: 120_000 }, () => {
    const blocks = blocksOf('ts', 'typescript');
    expect(blocks.length).toBeGreaterThan(0);
    expect(findTypeFaults(blocks)).toEqual([]);
    const wrong = { place: 'x', line: 1, language: 'ts', mark: '', text: "export const a: number = 'a';\n" };
    expect(findTypeFaults([wrong])).toHaveLength(1);
  });

  it('is of a kind that is tested, or plain text', () => {
    const known = [
      'sh',
      'ts',
      'xml',
      'json',
      'text',
      'console',
      'mermaid',
      'ini',
      'dockerfile',
      'yaml',
      'python',
      'csv',
    ];
    expect(documents.flatMap(codeBlocks).filter(({ language }) => !known.includes(language))).toEqual([]);
  });
});
