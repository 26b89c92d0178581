// Runs xmllint as reference: whether a text is well-formed, or valid with a schema.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../helpers/requirements.js';

/** Returns for each text whether xmllint accepts it as well-formed, or with a schema as valid. */
export function judge(texts: readonly string[], schema?: string): readonly boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'contextd-xmllint-'));
  try {
    const files = texts.map((text, index) => {
      const file = join(folder, `${index}.xml`);
      writeFileSync(file, text);
      return file;
    });
    return schema === undefined ? judgeForm(folder, files) : judgeSchema(files, schema);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function judgeForm(folder: string, files: readonly string[]): readonly boolean[] {
  const { stderr } = run(['--noout', '--nonet', ...files]);
  const complaints = stderr.split('\n').filter((line) => line.includes(' error : '));
  const isRefused = (file: string) =>
    complaints.some((line) => line.startsWith(`${file}:`) && !line.includes('namespace error'));
  if (!stderr.includes(folder) && stderr !== '') throw new Error(`xmllint: ${stderr}`);
  return files.map((file) => !isRefused(file));
}

function judgeSchema(files: readonly string[], schema: string): readonly boolean[] {
  const { stderr } = run(['--noout', '--nonet', '--schema', schema, ...files]);
  const valid = new Set(stderr.split('\n').map((line) => /^(.*) validates$/.exec(line)?.[1]));
  return files.map((file) => valid.has(file));
}

function run(parameters: readonly string[]) {
  return spawnSync(tool('xmllint'), parameters, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
}
