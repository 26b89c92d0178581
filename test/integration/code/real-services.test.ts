// Paths and error positions that the code of a service sees, in a process and in a thread.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { openFolder } from '../../helpers/folder.js';

expectNoLeftovers();

const BUNDLED = `import { readFileSync } from 'node:fs';
import { defineService, SingleTask } from 'contextd/task';
class Reporting extends SingleTask {
  override async run() {
    this.notify('updated', { words: readFileSync(new URL('./words.txt', import.meta.url), 'utf8') });
    await this.pause(1);
    throw new Error('on purpose');
  }
}
export default defineService({ task: Reporting });\n`;
const OPEN = `import { defineService, SingleTask } from 'contextd/task';
const name = 'plug';
class Reporting extends SingleTask {
  override async run() {
    const { words } = await import('./' + name + '.ts');
    this.notify('updated', { words });
    await this.pause(1);
    throw new Error('on purpose');
  }
}
export default defineService({ task: Reporting });\n`;

const kinds = [
  ['bundled', 'Process', BUNDLED, 7],
  ['bundled', 'Thread', BUNDLED, 7],
  ['loaded where it lies', 'Process', OPEN, 8],
  ['loaded where it lies', 'Thread', OPEN, 8],
] as const;

test.each(kinds)('Code that is %s in a %s.', async (_, serviceType, code, line) => {
  await using folder = await openFolder();
  const location = join(folder.path, 'services');
  await mkdir(join(location, 'Reporting'), { recursive: true });
  await writeFile(join(location, 'Reporting', 'index.ts'), code);
  await writeFile(join(location, 'Reporting', 'words.txt'), 'hello');
  await writeFile(join(location, 'Reporting', 'plug.ts'), "export const words: string = 'hello';\n");
  await using test = await openProvider([{ id: 'ts_1', instance: 'Reporting', location, serviceType }]);
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  await client.command({ action: 'start', transaction: 'T1' });
  const { content } = await observer.waitForEvent('ts_1', 'updated');
  expect(content.status).toMatchObject({ words: 'hello' });
  const failed = await observer.waitForEvent('ts_1', 'failed');
  expect(failed.content.status).toMatchObject({
    error: { message: 'on purpose', file: join(location, 'Reporting', 'index.ts'), line },
  });
});
