import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ServiceBuilder } from '../../../src/launcher/build-service.js';

const top = mkdtempSync(join(tmpdir(), 'contextd-build-'));
const builders: ServiceBuilder[] = [];
let count = 0;
afterAll(async () => {
  for (const builder of builders) await builder.close();
  rmSync(top, { recursive: true });
});

/** A folder with the files of a service, and builders that share one cache. */
function createService(files: Readonly<Record<string, string>>) {
  const home = join(top, `home-${(count += 1)}`);
  const folder = join(home, 'Echo');
  const cache = join(home, 'build');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  const open = () => {
    const builder = new ServiceBuilder(cache);
    builders.push(builder);
    return builder;
  };
  const whole = () => open().build(join(folder, 'index.ts'));
  const build = async () => (await whole()).module;
  const load = async () => (await import(pathToFileURL(await build()).href)) as Record<string, unknown>;
  const outputs = () => readdirSync(cache).filter((name) => name.endsWith('.mjs'));
  return { folder, cache, write, open, whole, build, load, outputs };
}

const WELL = {
  'index.ts': `import { word } from './word.js';\nexport default { word, typed: 1 as number };\n`,
  'word.ts': `export const word: string = 'one';\n`,
};

describe('a service is compiled', () => {
  it('into one module that can be loaded', async () => {
    const { load } = createService(WELL);
    expect(await load()).toMatchObject({ default: { word: 'one', typed: 1 } });
  });

  it('once for each content; the second build uses the cache', async () => {
    const { build } = createService(WELL);
    const output = await build();
    writeFileSync(output, 'export default "taken from the cache";');
    expect(await build()).toBe(output);
    expect(readFileSync(output, 'utf8')).toContain('taken from the cache');
  });

  it('also while another provider in the same process ends its builds', async () => {
    const lines = Array.from({ length: 20_000 }, (_, line) => `export const name${line} = ${line};`);
    const services = [1, 100, 20_000].map((size) =>
      createService({ ...WELL, 'word.ts': `${WELL['word.ts']}${lines.slice(0, size).join('\n')}` }),
    );
    expect(await Promise.all(services.map(({ load }) => load()))).toMatchObject(
      services.map(() => ({ default: { word: 'one' } })),
    );
  });

  it('once for several concurrent builds', async () => {
    const { open, folder, outputs } = createService(WELL);
    const builder = open();
    const asked = Array.from({ length: 5 }, () => builder.build(join(folder, 'index.ts')));
    expect(new Set((await Promise.all(asked)).map(({ module }) => module)).size).toBe(1);
    expect(outputs()).toHaveLength(1);
  });

  it('again when an imported file has changed', async () => {
    const { load, write } = createService(WELL);
    await load();
    write('word.ts', `export const word = 'two';`);
    expect(await load()).toMatchObject({ default: { word: 'two' } });
  });

  it('again when the compiler configuration has changed', async () => {
    const { load, write } = createService({
      ...WELL,
      'index.ts': `import { word } from 'a-word';\nexport default { word };\n`,
      'tsconfig.json': '{"extends":["./base.json"]}',
      'base.json': '{"compilerOptions":{"paths":{"a-word":["./word.ts"]}}}',
      'other.ts': `export const word: string = 'two';`,
    });
    expect(await load()).toMatchObject({ default: { word: 'one' } });
    write('base.json', '{"compilerOptions":{"paths":{"a-word":["./other.ts"]}}}');
    expect(await load()).toMatchObject({ default: { word: 'two' } });
  });

  it('with a code hash that changes exactly when the code changes', async () => {
    const { whole, write } = createService({ ...WELL, 'notes.ts': '' });
    const { codeHash } = await whole();
    write('notes.ts', '// not imported');
    write('index.ts', WELL['index.ts']);
    expect((await whole()).codeHash).toBe(codeHash);
    write('word.ts', `export const word: string = 'two';`);
    expect((await whole()).codeHash).not.toBe(codeHash);
  });

  it('again when the output or the manifest is missing or damaged', async () => {
    const { build, load, cache } = createService(WELL);
    rmSync(await build());
    expect(await load()).toMatchObject({ default: { word: 'one' } });
    const [manifest] = readdirSync(cache).filter((name) => name.endsWith('.json'));
    writeFileSync(join(cache, manifest!), '{"format":');
    expect(await load()).toMatchObject({ default: { word: 'one' } });
  });

  it('with the SDK of this installation, from any folder', async () => {
    const { load } = createService({
      'index.ts': `import { defineService, SingleTask } from 'contextd/task';
        class Echo extends SingleTask { override async run(): Promise<void> {} }
        export default defineService({ serviceName: 'echo', task: Echo });`,
    });
    const { default: service } = (await load()) as { default: { concerns(name: string): boolean } };
    expect(service.concerns('echo')).toBe(true);
  });
});

describe('a service that does not compile is rejected', () => {
  it.each([
    [
      'the file, line and column of a syntax error',
      'index.ts',
      `const a = 1;\nexport default (;\n`,
      ':2:17: ',
    ],
    ['an imported file that is not there', 'index.ts', `import './nowhere.js';\n`, ':1:8: Could not resolve'],
    ['a package that is not there', 'index.ts', `import 'no-such-package';\n`, ':1:8: Could not resolve'],
    [
      'a require that cannot load TypeScript',
      'index.ts',
      `import { createRequire } from 'node:module';\nconst load = createRequire(import.meta.url), require = load;\nrequire(\n  './word.ts');\n`,
      ':4:3: require of createRequire cannot load TypeScript: ./word.ts',
    ],
    [
      'a first line that says where it lies',
      'index.ts',
      `const here = import.meta.url, there = __dirname; import './nowhere.js';\n`,
      ':1:57: Could not resolve',
    ],
    [
      'a module that cannot be there beside computed ones',
      'index.ts',
      `export const plug = (n: string) => import('./' + n); import './nowhere.js';\n`,
      ':1:61: Could not resolve',
    ],
    ['the imported file, when the fault is there', 'word.ts', `export const word = ;\n`, ':1:21: '],
  ])('with %s', async (_what, file, text, place) => {
    const { build, folder } = createService({ ...WELL, [file]: text });
    const error = await build().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SVC_BUILD_FAILED', details: { file: join(folder, file) } });
    expect((error as Error).message).toContain(`${join(folder, file)}${place}`);
  });

  it('with the line that needs decorator metadata, which esbuild does not emit', async () => {
    const { build, write } = createService({ ...WELL, 'word.ts': `\nimport 'reflect-metadata';\n` });
    write('reflect.ts', '');
    write(
      'tsconfig.json',
      '{"compilerOptions":{"emitDecoratorMetadata": true,"paths":{"reflect-metadata":["./reflect.ts"]}}}',
    );
    await expect(build()).rejects.toThrow(
      'word.ts:2:8: emitDecoratorMetadata of tsconfig.json is not supported',
    );
  });

  it('and compiles as soon as it is fixed', async () => {
    const { build, load, write } = createService({ ...WELL, 'word.ts': 'export const word = ;' });
    await expect(build()).rejects.toThrow('word.ts:1:');
    write('word.ts', `export const word = 'fixed';`);
    expect(await load()).toMatchObject({ default: { word: 'fixed' } });
  });

  it('when its entry file is missing', async () => {
    const { build, folder } = createService(WELL);
    rmSync(join(folder, 'index.ts'));
    await expect(build()).rejects.toMatchObject({ code: 'SVC_BUILD_FAILED' });
  });
});
