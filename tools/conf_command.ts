#!/usr/bin/env node
// The program conf_command.

import { runNamed } from '../src/cli/commands.js';

await runNamed(['conf_command', ...process.argv.slice(2)]);
