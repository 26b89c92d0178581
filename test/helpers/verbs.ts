// Runs `contextd VERB` in a folder with a context of fixture services, and ends its background provider afterwards.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceSpec } from './context.js';
import { openHome, type Ended, type Home } from './home.js';

export interface Verbs extends AsyncDisposable {
  readonly home: Home;
  /** `contextd ARGS` to its end. */
  contextd(...args: readonly string[]): Promise<Ended>;
  /** What `contextd ARGS --json` prints. */
  json<T>(...args: readonly string[]): Promise<T>;
  /** The providers that run in this folder. */
  providers(): Promise<readonly { readonly pid: number; readonly consoleLog?: string }[]>;
}

export interface ShownService {
  readonly service_id: string;
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
  readonly uptime_s?: number;
}

/** Without services there is no context file. */
export async function openVerbs(...services: readonly ServiceSpec[]): Promise<Verbs> {
  const home = await openHome();
  if (services.length > 0) await home.writeContext(...services);
  const contextd: Verbs['contextd'] = (...args) => home.run('contextd', ...args);
  const providers: Verbs['providers'] = async () => {
    const folder = join(home.path, '.runtime');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    return texts.map((text) => JSON.parse(text) as { readonly pid: number });
  };
  return {
    home,
    contextd,
    providers,
    json: async <T>(...args: readonly string[]) => {
      const { stdout, stderr } = await contextd(...args, '--json');
      if (stdout === '') throw new Error(stderr);
      return JSON.parse(stdout) as T;
    },
    [Symbol.asyncDispose]: async () => {
      // Reached with a running provider only after a failure.
      for (const { pid } of await providers()) process.kill(pid, 'SIGTERM');
      await home[Symbol.asyncDispose]();
    },
  };
}
