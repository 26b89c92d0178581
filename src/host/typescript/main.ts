// Registers the TypeScript hooks (`node --import`) in a service whose code is loaded from its source folder. The query of
// the URL is the cache folder for compiled files. Threads and forked children inherit the flag.

import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { builtFile } from '../../base/package.js';

const cache = new URL(import.meta.url).searchParams.get('cache') ?? undefined;
const hooks = pathToFileURL(builtFile('host/typescript/typescript-hooks.js'));

process.setSourceMapsEnabled(true);
register<string | undefined>(hooks, { data: cache });
