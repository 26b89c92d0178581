// examples/python as its README says: the context is run, the client starts it and follows it to its end.

import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { openFolder } from '../helpers/folder.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { startAny, startProgram } from '../helpers/program.js';
import { hasZmq, PYTHON } from '../helpers/programs.js';
import { freePorts } from '../helpers/ports.js';

expectNoLeftovers();

const pythonTest = test.skipIf(!hasZmq);

/** The example in a folder and at ports of its own. */
async function openExample() {
  const folder = await openFolder();
  await cp(join(packageRoot, 'examples', 'python'), folder.path, { recursive: true });
  const [publish = 0, subscribe = 0] = await freePorts(2);
  const file = join(folder.path, 'conf', 'Context-Python.xml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replaceAll('5557', String(publish)).replaceAll('5556', String(subscribe)));
  const addresses = [`tcp://127.0.0.1:${publish}`, `tcp://127.0.0.1:${subscribe}`];
  return {
    file,
    client: () => startAny(PYTHON, join(folder.path, 'client.py'), ...addresses),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

pythonTest(
  'The client starts a transaction of a Python and a TypeScript service, and follows it to its end.',
  async () => {
    await using example = await openExample();
    await using provider = startProgram('service_context', example.file);
    await provider.out.first((line) => line.includes('is ready'));
    await using client = example.client();
    expect(await client.ended, client.err.items.join('\n')).toEqual({ code: 0, signal: null });
    const lines = client.out.items;
    expect(lines[0]).toMatch(/^transaction [0-9A-F]{20}$/);
    expect(lines).toContain('start: success');
    expect(lines.filter((line) => line.startsWith('load ')).map((line) => line.split(' ')[1])).toEqual([
      'created',
      'started',
      ...Array<string>(5).fill('updated'),
      'exited',
    ]);
    expect(lines.find((line) => line.startsWith('load updated'))).toMatch(
      /^load updated \{"load": [\d.]+\}$/,
    );
    expect(lines).toContain('load exited {"readings": 5}');
    const echo = lines.filter((line) => line.startsWith('echo ')).map((line) => line.split(' ')[1]);
    expect([echo[0], echo[1], echo.at(-1)]).toEqual(['created', 'started', 'stopped']);

    // Once more, with the same provider.
    await using again = example.client();
    expect((await again.ended).code, [...again.out.items, ...again.err.items].join('\n')).toBe(0);
    expect(again.out.items).toContain('load exited {"readings": 5}');
    provider.child.kill('SIGTERM');
    expect(await provider.ended).toEqual({ code: 0, signal: null });
  },
);

pythonTest('Without a provider the client says so.', async () => {
  await using example = await openExample();
  await using client = example.client();
  expect((await client.ended).code).toBe(3);
  expect(client.err.items.join('\n')).toMatch(/^no provider at tcp:\/\/127\.0\.0\.1:\d+$/);
});
