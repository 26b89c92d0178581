#!/usr/bin/env node
// The program create_service.

import { runNamed } from '../src/cli/commands.js';

await runNamed(['create_service', ...process.argv.slice(2)]);
