#!/usr/bin/env node
// contextd COMMAND ...: every command under one name; only the one that is called is loaded.

import { runNamed } from '../src/cli/commands.js';

await runNamed(process.argv.slice(2));
