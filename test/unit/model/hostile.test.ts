// Hostile files are rejected with an error or read as plain text. They have no other effect.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { readMetaContextFile } from '../../../src/model/read/meta-context.js';
import { readContextFile } from '../../../src/model/read/read-context.js';
import type { HostileFile } from './hostile-edits.js';
import { HOSTILE_FILES, SECRET_PLACE } from './hostile-files.js';

const SECRET = 'do-not-read-me-5f2c';
const properties = () => Reflect.ownKeys(Object.prototype);
const before = properties();
let folder: string;
let place: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'contextd-hostile-'));
  await writeFile(join(folder, 'secret'), SECRET);
  place = pathToFileURL(join(folder, 'secret')).href;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(() => {
  expect(properties()).toEqual(before);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

/** The read value or the ContextdError; any other error fails the test. */
async function readHostile({ kind, bytes }: HostileFile): Promise<unknown> {
  const path = join(folder, 'hostile.xml');
  const isLarge = bytes.length > 4 * 1024 * 1024;
  await writeFile(path, isLarge ? bytes : placed(bytes));
  try {
    return await (kind === 'context' ? readContextFile(path) : readMetaContextFile(path));
  } catch (error) {
    if (error instanceof ContextdError) return error;
    throw error;
  }
}

/** Inserts the URL of the secret; all other bytes stay the same. */
function placed(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(SECRET_PLACE, place), 'latin1');
}

test('there are at least 200 different hostile files', () => {
  expect(HOSTILE_FILES.length).toBeGreaterThanOrEqual(200);
  expect(new Set(HOSTILE_FILES.map(({ kind, what }) => `${kind} ${what}`)).size).toBe(HOSTILE_FILES.length);
});

test.each(HOSTILE_FILES)('a $kind file with $what', async (file) => {
  const result = await readHostile(file);
  const reported =
    result instanceof ContextdError
      ? JSON.stringify([result.message, result.hint, result.details])
      : JSON.stringify(result);
  expect(reported).not.toContain(SECRET);
  if (file.holds !== undefined) {
    expect(result).not.toBeInstanceOf(ContextdError);
    expect(reported).toContain(JSON.stringify(file.holds));
    return;
  }
  expect(result).toBeInstanceOf(ContextdError);
  const { code, message, hint = '' } = result as ContextdError;
  expect(['XML_MALFORMED', 'XML_UNREADABLE', 'CTX_INVALID']).toContain(code);
  expect(message).toContain('hostile.xml');
  // The message must not contain control sequences of the file.
  expect(`${message}${hint}`.length).toBeLessThan(20_000);
  // eslint-disable-next-line no-control-regex -- terminals execute these characters
  expect(`${message}${hint}`).not.toMatch(/[\0-\x08\x0b-\x1f]/);
});
