// contextd/testing/typescript: lets node's own test runner load services and tests in TypeScript, by
// `node --import contextd/testing/typescript --test test/*.test.ts`; it uses the loader of services that are not bundled.

import '../host/typescript/main.js';
