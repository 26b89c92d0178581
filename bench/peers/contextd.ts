// contextd as one of the managers that are compared.

import { join } from 'node:path';
import { packageRoot } from '../../src/base/package.js';
import { openRig } from '../rig.js';
import { openWatch } from '../watch.js';
import { runToEnd, type Manager } from './manager.js';

const SUPERVISION =
  '<backoff_s>0</backoff_s><max_restarts>100000</max_restarts><restart_window_s>1</restart_window_s>';

export async function openContextd(count: number): Promise<Manager> {
  const rig = await openRig({ count, supervision: SUPERVISION, restarts: true });
  const watch = await openWatch(rig.endpoints);
  // The first start compiles the service.
  await rig.start();
  await rig.stop();
  return {
    name: 'contextd',
    pid: () => rig.pid,
    start: async () => (await rig.start()).map(({ pid }) => pid ?? 0),
    stop: () => rig.stop(),
    replaced: async () => Number((await watch.event('started')).pid),
    list: () =>
      runToEnd(
        rig.env,
        process.execPath,
        join(packageRoot, 'dist', 'tools', 'conf_command.js'),
        '--action=list',
      ),
    [Symbol.asyncDispose]: async () => {
      await watch[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}
