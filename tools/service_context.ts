#!/usr/bin/env node
// The program service_context.

import { serviceContext } from '../src/cli/service-context.js';
import { runProgram } from '../src/cli/run.js';

await runProgram(serviceContext);
