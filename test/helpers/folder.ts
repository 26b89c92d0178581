// A temporary folder, removed at the end of a test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestFolder extends AsyncDisposable {
  readonly path: string;
}

export async function openFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'contextd-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
