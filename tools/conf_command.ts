#!/usr/bin/env node
// The program conf_command.

import { confCommand } from '../src/cli/conf-command.js';
import { runProgram } from '../src/cli/run.js';

await runProgram(confCommand);
