#!/usr/bin/env node
import { confCommand } from '../src/cli/conf-command.js';
import { runProgram } from '../src/cli/run.js';

await runProgram(confCommand);
