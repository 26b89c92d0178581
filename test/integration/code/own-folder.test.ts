// The code of a service runs as in its own folder, bundled or not.

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { ServiceBuilder } from '../../../src/launcher/build-service.js';
import { openFolder } from '../../helpers/folder.js';

type Files = Readonly<Record<string, string>>;

const HOST =
  'const { default: value } = await import(process.argv[2]); console.log(JSON.stringify(await value));';
const THREADS = `import { Worker } from 'node:worker_threads';
const [, , module, ...execArgv] = process.argv;
new Worker(new URL('./host.mjs', import.meta.url), { argv: [module], execArgv });`;

/** Files of a project; its service is services/Echo. */
async function openProject(files: Files) {
  const folder = await openFolder();
  for (const [name, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    const path = join(folder.path, name);
    await mkdir(dirname(path), { recursive: true });
    if (text.startsWith('-> ')) await symlink(text.slice(3), path);
    else await writeFile(path, text);
  }
  const builder = new ServiceBuilder(join(folder.path, 'state', 'build'));
  const build = () => builder.build(join(folder.path, 'services', 'Echo', 'index.ts'));
  await writeFile(join(folder.path, 'host.mjs'), HOST);
  await writeFile(join(folder.path, 'threads.mjs'), THREADS);
  /** Loads the built module as a host does, in a process or a thread; returns its default export. */
  const run = async (program: 'host' | 'threads' = 'host') => {
    const { module, loader } = await build();
    const flags = loader === undefined ? [] : ['--import', loader];
    const url = pathToFileURL(module).href;
    const place = join(folder.path, `${program}.mjs`);
    const args = program === 'host' ? [...flags, place, url] : [place, url, ...flags];
    const { stdout } = await execa(process.execPath, args);
    return { value: JSON.parse(stdout) as unknown, isOpen: loader !== undefined };
  };
  return { path: folder.path, build, run, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const index = 'services/Echo/index.ts';
const SHARED = "export const shared: string = 'S';\n";
const WORKER = `import { parentPort } from 'node:worker_threads';
import { shared } from './shared.js';
enum Kind { Loud = 'loud' }
parentPort?.postMessage([shared, Kind.Loud]);`;
const START = `const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
export default answer;`;

interface Kind {
  readonly files: Files;
  /** In expected values `$` is the folder of the project. */
  readonly value: unknown;
  readonly isOpen: boolean;
}

const bundled: Readonly<Record<string, Omit<Kind, 'isOpen'>>> = {
  'import.meta of every file is its own': {
    files: {
      [index]:
        "import { there } from '../../lib/there.js';\nexport default [import.meta.url, import.meta.dirname, import . meta /* so */ .filename, there];",
      'lib/there.ts': '#!/usr/bin/env node\nexport const there: string = import.meta.url;',
    },
    value: [
      'file://$/services/Echo/index.ts',
      '$/services/Echo',
      '$/services/Echo/index.ts',
      'file://$/lib/there.ts',
    ],
  },
  '__dirname and __filename are those of the file, be it CommonJS or not': {
    files: {
      [index]:
        "import old from './old.cjs';\nimport typed from './typed.cjs';\nconst { dirname: folder } = await import('node:path');\nexport default [__dirname, folder(__filename), old, typed.at];",
      'services/Echo/old.cjs':
        "'use strict';\nconst { basename } = require('path');\nmodule.exports = [basename(__dirname), basename(__filename), require('some-package')];",
      'services/Echo/typed.cts': 'const at: string = __filename;\nexport = { at };',
      'node_modules/some-package/package.json': '{"name":"some-package","main":"main.js"}',
      'node_modules/some-package/main.js': 'module.exports = require("node:path").basename(__dirname);',
    },
    value: [
      '$/services/Echo',
      '$/services/Echo',
      ['Echo', 'old.cjs', 'some-package'],
      '$/services/Echo/typed.cts',
    ],
  },
  'a file beside the module is read, and JSON required, by its place': {
    files: {
      [index]:
        "import { readFileSync } from 'node:fs';\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\nexport default [readFileSync(new URL('./words.txt', import.meta.url), 'utf8'), require('./data.json').one];",
      'services/Echo/words.txt': 'hello',
      'services/Echo/data.json': '{"one":1}',
    },
    value: ['hello', 1],
  },
  'names of its own that we use ourselves stay its own': {
    files: {
      [index]:
        "import { dirname } from 'node:path';\nimport { fileURLToPath } from 'node:url';\nconst __filename = fileURLToPath(import.meta.url);\nconst __dirname = dirname(__filename);\nconst require = 7;\nexport default [__dirname, require];",
    },
    value: ['$/services/Echo', 7],
  },
  'paths of tsconfig.json': {
    files: {
      [index]: "import { shared } from '@app/shared';\nexport default shared;",
      'tsconfig.json': '{"compilerOptions":{"baseUrl":".","paths":{"@app/*":["lib/*"]}}}',
      'lib/shared.ts': SHARED,
    },
    value: 'S',
  },
  'baseUrl of a tsconfig.json that is extended': {
    files: {
      [index]: "import { shared } from 'lib/shared';\nexport default shared;",
      'services/Echo/tsconfig.json': '{"extends":"../../config/base"}',
      'config/base.json': '{"compilerOptions":{"baseUrl":".."}}',
      'lib/shared.ts': SHARED,
    },
    value: 'S',
  },
  'imports of package.json': {
    files: {
      [index]:
        "import { shared } from '#lib/shared.js';\nimport { other } from '#other';\nexport default [shared, other];",
      'package.json': '{"type":"module","imports":{"#lib/*.js":"./lib/*.ts","#other":"./lib/other.js"}}',
      'lib/shared.ts': SHARED,
      'lib/other.js': "import { shared } from './shared.ts';\nexport const other = `o${shared}`;",
    },
    value: ['S', 'oS'],
  },
  'a package of the workspace with TypeScript sources, and one that imports it': {
    files: {
      [index]:
        "import { shared } from '@acme/lib';\nimport { twice } from '@acme/twice/deep';\nexport default [shared, twice];",
      'node_modules/@acme/lib': '-> ../../packages/lib',
      'node_modules/@acme/twice': '-> ../../packages/twice',
      'packages/lib/package.json': '{"name":"@acme/lib","type":"module","exports":"./index.ts"}',
      'packages/lib/index.ts': SHARED,
      'packages/twice/package.json':
        '{"name":"@acme/twice","type":"module","exports":{"./deep":{"types":"./deep.d.ts","default":"./deep.ts"}}}',
      'packages/twice/deep.ts': "import { shared } from '@acme/lib';\nexport const twice = shared + shared;",
    },
    value: ['S', 'SS'],
  },
  'a package is loaded as node does, not as bundlers do': {
    files: {
      [index]: "import { which } from 'two-faced';\nexport default which;",
      'node_modules/two-faced/package.json':
        '{"name":"two-faced","type":"module","exports":{"module":"./bundler.js","import":"./node.js"}}',
      'node_modules/two-faced/node.js': "export const which = 'node';",
      'node_modules/two-faced/bundler.js': "export const which = 'bundler';",
    },
    value: 'node',
  },
};

const open: Readonly<Record<string, Omit<Kind, 'isOpen'>>> = {
  'a module of a name made at run time, which shares what it imports': {
    files: {
      [index]:
        "import { seen } from './seen.js';\nconst name = ['pl', 'ug'].join('');\nconst { plug } = await import(`./plugs/${name}.ts`);\nconst again = await import('./plugs/' + name + '.js');\nexport default [plug, again.plug, seen];",
      'services/Echo/seen.ts': 'export const seen: string[] = [];',
      'services/Echo/plugs/plug.ts':
        "import { seen } from '../seen.js';\nimport data from './data.json';\nseen.push('plug');\nexport const plug: number = data.seven;",
      'services/Echo/plugs/data.json': '{"seven":7}',
      'services/Echo/plugs/README.txt': 'nothing to compile',
    },
    value: [7, 7, ['plug']],
  },
  'a computed import by tsconfig paths, package imports and the workspace': {
    files: {
      [index]:
        "const load = async (name: string) => (await import(name)).shared as string;\nexport default [await load('@app/shared'), await load('#shared'), await load('@acme/lib')];",
      'package.json': '{"type":"module","imports":{"#shared":"./lib/shared.ts"}}',
      'tsconfig.json': '{"compilerOptions":{"paths":{"@app/*":["./lib/*"]}}}',
      'lib/shared.ts': SHARED,
      'node_modules/@acme/lib': '-> ../../packages/lib',
      'packages/lib/package.json': '{"name":"@acme/lib","type":"module","exports":"./index.ts"}',
      'packages/lib/index.ts': SHARED,
    },
    value: ['S', 'S', 'S'],
  },
  'JavaScript that loads TypeScript by a name made at run time, and our SDK': {
    files: {
      [index]: "export { default } from './really.js';",
      'services/Echo/really.js':
        "import { SingleTask } from 'contextd/task';\nconst { plug } = await import('./' + 'plug' + '.ts');\nexport default [plug, typeof SingleTask];",
      'services/Echo/plug.ts': 'export const plug: number = 7;',
    },
    value: [7, 'function'],
  },
  'a module that requires without a require of its own': {
    files: {
      [index]:
        "const load = (name: string) => import(name);\nconst { basename } = require('node:path') as typeof import('node:path');\nexport default [basename(__dirname), (await load('node:os')).EOL];",
    },
    value: ['Echo', '\n'],
  },
  'a Worker in TypeScript beside the module': {
    files: {
      [index]: `import { Worker } from 'node:worker_threads';\nconst worker = new Worker(new URL('./worker.ts', import.meta.url));\n${START}`,
      'services/Echo/worker.ts': WORKER,
      'services/Echo/shared.ts': SHARED,
    },
    value: ['S', 'loud'],
  },
  'a forked child in TypeScript': {
    files: {
      [index]:
        "import { fork } from 'node:child_process';\nconst child = fork(new URL('./child.ts', import.meta.url));\nexport default await new Promise((resolve) => child.once('message', resolve));",
      'services/Echo/child.ts':
        "import { shared } from './shared.js';\nprocess.send?.([shared] as string[]);",
      'services/Echo/shared.ts': SHARED,
    },
    value: ['S'],
  },
  'import.meta.resolve, and import.meta as a whole': {
    files: {
      [index]:
        "const { dirname } = import.meta;\nexport default [import.meta.resolve('./plug.ts'), dirname, __dirname];",
      'services/Echo/plug.ts': 'export {};',
    },
    value: ['file://$/services/Echo/plug.ts', '$/services/Echo', '$/services/Echo'],
  },
  'CommonJS that requires by a name made at run time': {
    files: {
      [index]:
        "import old from './old.cjs';\nimport typed from './typed.cjs';\nexport default [old, typed.seven, typed.at];",
      'services/Echo/old.cjs': "const name = './plug';\nmodule.exports = [require(name), __filename];",
      'services/Echo/typed.cts':
        "import plug = require('./plug.js');\nexport = { seven: plug as number, at: __filename };",
      'services/Echo/plug.js': 'module.exports = 7;',
      'services/Echo/package.json': '{}',
    },
    value: [[7, '$/services/Echo/old.cjs'], 7, '$/services/Echo/typed.cts'],
  },
};

const kinds: Readonly<Record<string, Kind>> = {
  ...mapKinds(bundled, false),
  ...mapKinds(open, true),
};

function mapKinds(some: Readonly<Record<string, Omit<Kind, 'isOpen'>>>, isOpen: boolean) {
  return Object.fromEntries(Object.entries(some).map(([name, kind]) => [name, { ...kind, isOpen }]));
}

test.each(Object.entries(kinds))('%s', async (_, { files, value, isOpen }) => {
  await using project = await openProject(files);
  const expected = {
    value: JSON.parse(JSON.stringify(value).replaceAll('$', project.path)) as unknown,
    isOpen,
  };
  expect(await project.run()).toEqual(expected);
  // The second time from the cache.
  expect(await project.run('threads')).toEqual(expected);
});
