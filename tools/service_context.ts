#!/usr/bin/env node
import { serviceContext } from '../src/cli/service-context.js';
import { runProgram } from '../src/cli/run.js';

await runProgram(serviceContext);
