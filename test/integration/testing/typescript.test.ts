// contextd/testing/typescript: node's own test runner with services and tests in TypeScript.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { install } from '../../helpers/installation.js';

const HELLO = `
import { defineService, SingleTask } from 'contextd/task';
import { greeting } from './greeting.js';
enum Kind { Loud = 'loud' }
class Hello extends SingleTask {
  constructor(...rest: ConstructorParameters<typeof SingleTask>) { super(...rest); }
  override run(): Promise<void> { this.notify('updated', { greeting, kind: Kind.Loud }); return Promise.resolve(); }
}
export default defineService({ task: Hello });
`;
const TEST = `
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTask } from 'contextd/testing';
import hello from './Hello.js';
test('greets', async () => {
  await using task = await runTask(hello);
  assert.deepEqual((await task.next('updated')).items, { greeting: 'hi', kind: 'loud' });
});
test('fails in line 11', () => {
  throw new Error('on purpose');
});
`;

test('TypeScript is compiled as it is loaded, and errors name its lines.', async () => {
  await using installation = await install();
  const folder = join(installation.folder, 'test');
  await mkdir(folder);
  await writeFile(join(folder, 'greeting.ts'), "export const greeting: string = 'hi';\n");
  await writeFile(join(folder, 'Hello.ts'), HELLO);
  await writeFile(join(folder, 'hello.test.ts'), TEST);
  const flags = ['--import', 'contextd/testing/typescript', '--test'];
  const { stdout, exitCode } = await execa(process.execPath, [...flags, 'test/hello.test.ts'], {
    cwd: installation.folder,
    reject: false,
    timeout: 60_000,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/pass 1\n/);
  expect(stdout).toMatch(/fail 1\n/);
  expect(stdout).toMatch(/hello\.test\.ts:11:9/);
});
