// Atomic writing of a plan: the state after a failed or concurrent write.

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readContextFile } from '../../../src/model/read/read-context.js';
import { locateService } from '../../../src/launcher/locate-service.js';
import { planScaffold } from '../../../src/scaffold/plan.js';
import { readState } from '../../../src/scaffold/read-state.js';
import type { ScaffoldRequest } from '../../../src/scaffold/request.js';
import { writePlan, type WriteFile } from '../../../src/scaffold/write.js';
import { REQUEST, SERVICE, WALK } from './requests.js';

async function makeFolder() {
  const path = await mkdtemp(join(tmpdir(), 'scaffold-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function contentsOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => [`${entry.name}/`, ''] as const);
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const));
  return Object.fromEntries([...folders, ...texts]);
}

function requestIn(path: string, services = REQUEST.services): ScaffoldRequest {
  return { ...REQUEST, servicePath: path, homePath: path, services };
}

async function scaffold(request: ScaffoldRequest, writeOne?: WriteFile): Promise<void> {
  await writePlan(planScaffold(request, await readState(request), true), writeOne);
}

/** Writes files until this one, then fails as with a full disk. */
function fullDiskAt(name: string): WriteFile {
  return async (path, content) => {
    if (basename(path) === name) throw new Error('ENOSPC: no space left on device');
    await writeFile(path, content);
  };
}

describe('writing a plan', () => {
  test('rolls back all changes if a file cannot be written', async () => {
    await using folder = await makeFolder();
    for (const name of ['index.ts', 'EchoAction.ts', 'Context-EchoAction.xml', 'scaffold.json']) {
      await expect(scaffold(requestIn(folder.path), fullDiskAt(name))).rejects.toMatchObject({
        code: 'TPL_WRITE_FAILED',
        message: expect.stringContaining(name) as string,
      });
      expect(await readdir(folder.path)).toEqual([]);
    }
  });

  test('restores the bytes of replaced files', async () => {
    await using folder = await makeFolder();
    await scaffold(requestIn(folder.path));
    const task = join(folder.path, 'services/EchoAction/EchoAction.ts');
    await writeFile(task, Buffer.from([0x2f, 0x2f, 0xff, 0xfe, 0x0a]));
    const before = await contentsOf(folder.path);
    const services = [SERVICE, WALK];
    await expect(scaffold(requestIn(folder.path, services), fullDiskAt('Walk.ts'))).rejects.toThrow('ENOSPC');
    expect(await contentsOf(folder.path)).toEqual(before);
  });

  test('is rejected if a file has changed since the plan was made', async () => {
    await using folder = await makeFolder();
    const request = requestIn(folder.path);
    await scaffold(request);
    const next = requestIn(folder.path, [WALK]);
    const plan = planScaffold(next, await readState(next));
    await writeFile(plan.contextFile, '<Context></Context>');
    const before = await contentsOf(folder.path);
    await expect(writePlan(plan)).rejects.toMatchObject({ code: 'TPL_CONFLICT' });
    expect(await contentsOf(folder.path)).toEqual(before);
  });

  test('is rejected for a context file whose bytes could not be restored', async () => {
    await using folder = await makeFolder();
    const request = requestIn(folder.path);
    await scaffold(request);
    const file = join(folder.path, 'conf/Context-EchoAction.xml');
    await writeFile(file, Buffer.from('<Context><!-- \xe9t\xe9 --></Context>', 'latin1'));
    await expect(readState(request)).rejects.toThrow(/is not encoded in UTF-8/);
  });

  test.each([
    ['ISO-8859-1', 'latin1', (bytes: Buffer) => bytes],
    ['UTF-16', 'utf16le', (bytes: Buffer) => bytes],
    ['UTF-16', 'utf16le', (bytes: Buffer) => bytes.swap16()],
  ] as const)('adds to a context file in %s in its own encoding', async (name, encoding, turn) => {
    await using folder = await makeFolder();
    await scaffold(requestIn(folder.path));
    const file = join(folder.path, 'conf/Context-EchoAction.xml');
    const text = await readFile(file, 'utf8');
    const own = text
      .replace('encoding="UTF-8"', `encoding="${name}"`)
      .replace('<Context ', '<!-- été -->\n<Context ');
    await writeFile(file, turn(Buffer.from(own, encoding)));
    await scaffold(requestIn(folder.path, [{ ...WALK, description: 'Café €' }]));
    const written = turn(await readFile(file)).toString(encoding);
    const added = name === 'UTF-16' ? 'Café €' : 'Café &#x20AC;';
    expect(written).toContain(`<description>${added}</description>`);
    expect(written.startsWith(own.slice(0, own.indexOf('<TaskService')))).toBe(true);
    const { configuration } = await readContextFile(file);
    expect(configuration.TaskService.map(({ Task }) => Task.description)).toEqual([
      SERVICE.description,
      'Café €',
    ]);
  });

  test.each([
    ['services', 'services'],
    ['Services', 'Services'],
    ['../elsewhere', '../elsewhere'],
  ])('writes the code of location %s where the provider finds it', async (location, place) => {
    await using folder = await makeFolder();
    const home = join(folder.path, 'home');
    await mkdir(home);
    await scaffold(requestIn(home, [{ ...SERVICE, location, taskFile: 'Shouter' }]));
    const { configuration } = await readContextFile(join(home, 'conf/Context-EchoAction.xml'));
    const [service] = configuration.TaskService;
    const entry = locateService(service!, [service!.Task.message.content.configuration.location]);
    expect(entry).toBe(join(home, place, 'EchoAction', 'index.ts'));
    expect((await readdir(dirname(entry))).toSorted()).toEqual([
      'ServiceEchoAction.ts',
      'Shouter.ts',
      'index.ts',
    ]);
    expect(await readFile(join(dirname(entry), 'Shouter.ts'), 'utf8')).toContain('class EchoShouting ');
    expect(await readFile(join(dirname(entry), 'ServiceEchoAction.ts'), 'utf8')).toContain(
      "from './Shouter.js'",
    );
    expect(await readFile(entry, 'utf8')).toContain("from './Shouter.js'");
  });

  test('is rejected if there is a file instead of a folder', async () => {
    await using folder = await makeFolder();
    await writeFile(join(folder.path, 'services'), '');
    await expect(readState(requestIn(folder.path))).rejects.toMatchObject({ code: 'TPL_CONFLICT' });
  });
});
