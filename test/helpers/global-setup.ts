// Builds the package once before all tests: child processes and programs run from dist.

import { execFileSync } from 'node:child_process';
import { packageRoot } from '../../src/base/package.js';

export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: packageRoot, stdio: 'inherit' });
}
