// cli: cold `contextd ps` and `conf_command --action=list` from call to end, against a node that does nothing.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../src/base/package.js';
import { atMost, composeMeasurement, interleave, type Measurement } from './measurement.js';
import { openRig, type Rig } from './rig.js';

export interface CliSize {
  readonly rounds: number;
}

export const CLI_SIZE: CliSize = { rounds: 25 };

export async function measureCli(size: CliSize = CLI_SIZE): Promise<readonly Measurement[]> {
  await using rig = await openRig({ count: 1 });
  await rig.start();
  const tool = (name: string) => join(packageRoot, 'dist', 'tools', `${name}.js`);
  const command = tool('conf_command');
  const series = await interleave(size.rounds, {
    node: () => timeNode(rig, '-e', '0'),
    ps: () => timeNode(rig, tool('contextd'), 'ps'),
    list: () => timeNode(rig, command, '--action=list'),
    help: () => timeNode(rig, command, '--help'),
  });
  const common = { baseline: 'node -e 0', unit: 'ms', base: series.node };
  return [
    composeMeasurement({ ...common, name: 'contextd ps', ours: series.ps, goal: atMost(2.2) }),
    composeMeasurement({ ...common, name: 'conf_command --action=list', ours: series.list, goal: atMost(3) }),
    composeMeasurement({ ...common, name: 'conf_command --help', ours: series.help }),
  ];
}

async function timeNode({ env, folder }: Rig, ...args: readonly string[]): Promise<number> {
  const before = performance.now();
  const child = spawn(process.execPath, args, { env, cwd: folder, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(code)}`);
  return performance.now() - before;
}
