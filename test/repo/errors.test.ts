import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/package.js';
import { sourceFiles } from './source-files.js';

/** The cells of each row of the table in docs/errors.md. */
function documentedErrors(): readonly (readonly string[])[] {
  const text = readFileSync(join(packageRoot, 'docs', 'errors.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it('docs/errors.md lists exactly the error codes, with their exit codes and meanings, in their order', () => {
  const documented = documentedErrors().map(([code, exitCode, meaning]) => [code, Number(exitCode), meaning]);
  const real = Object.entries(ERROR_CODES).map(([code, entry]) => [
    `\`${code}\``,
    entry.exitCode,
    entry.meaning,
  ]);
  expect(documented).toEqual(real);
});

it('docs/errors.md has an instruction for each error, a full sentence', () => {
  const incomplete = documentedErrors().filter(
    (cells) => cells.length !== 4 || !/^[A-Z].*\.$/.test(cells[3] ?? ''),
  );
  expect(incomplete).toEqual([]);
});

it('every error code is used in the source', () => {
  const code = sourceFiles()
    .filter((each) => each.path !== 'src/base/errors.ts')
    .map((each) => each.text)
    .join('\n');
  expect(
    Object.keys(ERROR_CODES).filter((each) => each !== 'INTERNAL' && !code.includes(`'${each}'`)),
  ).toEqual([]);
});
