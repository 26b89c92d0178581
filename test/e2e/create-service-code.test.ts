// The code that create_service writes, under the rules of this project.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { makeFolder, TUTORIAL, WALK } from './create-service-folder.js';

describe('create_service', () => {
  test('writes code of both task types that type-checks, lints and is formatted', async () => {
    await using folder = await makeFolder();
    const hostile = { task_desc: 'it\'s */ ${x} `y` "z" \\', service_name: 'it\'s */ ${x} "y"' };
    await folder.run(TUTORIAL);
    await folder.run({ ...WALK, ...hostile, task_type: 'Single' });
    await writeToolConfigs(folder.path);
    const tool = async (name: string, ...args: readonly string[]) => {
      const path = join(packageRoot, 'node_modules/.bin', name);
      const { all, exitCode } = await execa(path, args, { cwd: folder.path, reject: false, all: true });
      return { name, all, exitCode };
    };
    expect(await tool('tsc', '-p', '.')).toEqual({ name: 'tsc', all: '', exitCode: 0 });
    expect(await tool('eslint', 'services')).toEqual({ name: 'eslint', all: '', exitCode: 0 });
    const style = join(packageRoot, '.prettierrc.json');
    expect(await tool('prettier', '--config', style, '--list-different', 'services')).toMatchObject({
      all: '',
    });
  });
});

/** The project's own rules, with contextd found where it was built. */
async function writeToolConfigs(folder: string): Promise<void> {
  const built = (name: string) => [join(packageRoot, `dist/src/task/${name}.d.ts`)];
  const compilerOptions = {
    noEmit: true,
    incremental: false,
    tsBuildInfoFile: null,
    rootDir: '/',
    typeRoots: [join(packageRoot, 'node_modules/@types')],
    paths: { 'contextd/task': built('index'), 'contextd/schema': built('schema') },
  };
  const tsconfig = { extends: join(packageRoot, 'tsconfig.json'), compilerOptions, include: ['services'] };
  const eslintConfig = `
    import base from ${JSON.stringify(join(packageRoot, 'eslint.config.js'))};
    const parserOptions = { project: ['tsconfig.json'], tsconfigRootDir: import.meta.dirname };
    export default [...base, { files: ['**/*.ts'], languageOptions: { parserOptions } }];`;
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  await writeFile(join(folder, 'eslint.config.js'), eslintConfig);
}
