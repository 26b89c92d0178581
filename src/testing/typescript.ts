// contextd/testing/typescript: lets node's own test runner load services and tests in TypeScript, by
// `node --import contextd/testing/typescript --test test/*.test.ts`; what the provider compiles services with does it.

import { register } from 'node:module';

process.setSourceMapsEnabled(true);
register('./typescript-hooks.js', import.meta.url);
