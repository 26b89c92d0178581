#!/usr/bin/env node
// The program context_display.

import { runNamed } from '../src/cli/commands.js';

await runNamed(['context_display', ...process.argv.slice(2)]);
