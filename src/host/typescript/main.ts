// What node imports first (`--import`) in a service whose code is loaded where it lies: its query names the folder where
// compiled files are kept. Threads and forked children inherit it.

import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { builtFile } from '../../base/package.js';

const cache = new URL(import.meta.url).searchParams.get('cache') ?? undefined;
const hooks = pathToFileURL(builtFile('host/typescript/typescript-hooks.js'));

process.setSourceMapsEnabled(true);
register<string | undefined>(hooks, { data: cache });
