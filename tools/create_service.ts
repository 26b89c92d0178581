#!/usr/bin/env node
// The program create_service.

import { createService } from '../src/cli/create-service.js';
import { runProgram } from '../src/cli/run.js';

await runProgram(createService);
