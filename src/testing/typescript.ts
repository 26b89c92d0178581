// contextd/testing/typescript: lets node's own test runner load services and tests in TypeScript, by
// `node --import contextd/testing/typescript --test test/*.test.ts`; what loads services where they lie does it.

import '../host/typescript/main.js';
