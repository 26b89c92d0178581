// Monitors at local sockets, and in a context of local sockets.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followMonitor, type BusEvent } from '../../../src/client/follow.js';
import { openFolder } from '../../helpers/folder.js';
import { expectNoLeftovers } from '../../helpers/leftovers.js';
import { findMonitor, monitorService } from '../../helpers/monitor.js';
import { observeBus } from '../../helpers/bus-observer.js';
import { openProvider } from '../../helpers/provider.js';
import { Recorder } from '../../helpers/recorder.js';
import { localEndpoints } from '../../helpers/secured.js';

expectNoLeftovers();

test('A Monitor publishes at a socket file, or at loopback for a wildcard, and removes the file.', async () => {
  await using folder = await openFolder();
  const path = join(folder.path, 'run', 'monitor');
  const at = (endpoint: string) => ({ service: { endpoint, frequency_s: '0.2' } });
  await using test = await openProvider(
    [
      { ...monitorService(at(`ipc://${path}`)), id: 'ts_disk' },
      { ...monitorService(at('tcp://*:*')), id: 'ts_port' },
    ],
    localEndpoints(folder.path),
  );
  await using observer = await observeBus(test.provider.endpoints);
  const client = await test.client();
  const { status } = await client.command({ action: 'start', transaction: 'T1' });
  expect(status).toMatchObject({ result: 'success' });
  const disk = await findMonitor(observer, 'ts_disk');
  const port = await findMonitor(observer, 'ts_port');
  expect(disk.endpoint).toBe(`ipc://${path}`);
  expect(port.endpoint).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  for (const { endpoint } of [disk, port]) {
    const seen = new Recorder<BusEvent>();
    const display = followMonitor(endpoint, (event) => seen.record(event));
    await seen.waitFor((each) => /"serviceId":"ts_disk".*"rss"/.test(JSON.stringify(each.body)));
    await display.close();
  }
  expect(existsSync(path)).toBe(true);
  await client.command({ action: 'stop', transaction: 'T1' });
  expect(existsSync(path)).toBe(false);
});
