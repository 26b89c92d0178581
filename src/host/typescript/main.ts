// Registers the TypeScript hooks (`node --import`) in a service whose code is loaded from its source folder. The query of
// the URL is the cache folder for compiled files. Threads and forked children inherit the flag.

import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { builtFile } from '../../base/package.js';

const hooks = pathToFileURL(builtFile('host/typescript/typescript-hooks.js'));
const { search } = new URL(import.meta.url);

process.setSourceMapsEnabled(true);
register(new URL(search, hooks));
