// The bundler's replacements for node's own modules behave like the modules.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { expect, it } from 'vitest';
import { openFolder } from '../helpers/folder.js';

const tool = new URL('../../build/use-builtins.js', import.meta.url).href;
const { useBuiltins } = (await import(tool)) as { readonly useBuiltins: () => Plugin };

const source = `
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { realpath, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers';
import { promisify } from 'node:util';
const { stdout } = await promisify(execFile)(process.execPath, ['-p', '6 * 7']);
const emitter = new EventEmitter();
const received = once(emitter, 'sent');
emitter.emit('sent', await promisify(setTimeout)(0, 'soon'));
export default {
  stdout,
  received: await received,
  joined: join('/a', '..', 'b'),
  natives: [typeof realpath.native, realpathSync.native('/')],
};
`;

it('functions of node, and their properties, are the same in a bundle', async () => {
  await using folder = await openFolder();
  const path = join(folder.path, 'bundle.mjs');
  const { outputFiles } = await build({
    stdin: { contents: source },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    plugins: [useBuiltins()],
  });
  const text = outputFiles.map((each) => each.text).join('');
  await writeFile(path, text);
  expect(text).not.toMatch(/from ['"]node:/);
  // Resolved at the first call, not at load time.
  expect(text).toMatch(/join = \(\.\.\.given\) =>/);
  expect(await import(pathToFileURL(path).href)).toMatchObject({
    default: { stdout: '42\n', received: ['soon'], joined: '/b', natives: ['function', '/'] },
  });
});
