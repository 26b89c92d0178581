#!/usr/bin/env node
// The program service_context.

import { runNamed } from '../src/cli/commands.js';

await runNamed(['service_context', ...process.argv.slice(2)]);
