import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { allDocuments, readDocument, withoutBlocks } from '../helpers/documents.js';

const documents = allDocuments();

/** The targets of `[text](target)`, outside of code. */
function linksOf(document: string): readonly string[] {
  const prose = withoutBlocks(readDocument(document)).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that GitHub generates, one per heading. */
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
  it('have no broken link', () => {
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

  it('have a README of at most 100 lines', () => {
    expect(readDocument('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(100);
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

it('the reference of the SDK is generated without a warning', { timeout: 120_000 }, async () => {
  // `npm run types` checks the types of the code itself.
  const { exitCode, all } = await execa('npx', ['typedoc', '--emit', 'none', '--skipErrorChecking'], {
    cwd: packageRoot,
    all: true,
    reject: false,
  });
  expect(exitCode, all).toBe(0);
});
