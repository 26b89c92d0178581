#!/usr/bin/env node
// The program context_display.

import { contextDisplay } from '../src/cli/context-display.js';
import { runProgram } from '../src/cli/run.js';

await runProgram(contextDisplay);
