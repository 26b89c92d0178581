// CPU time of `contextd logs -f` of 50 services that log 1,000 lines a second in total.

import { expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { usedMs } from '../helpers/processes.js';
import { openVerbs } from '../helpers/verbs.js';

expectNoLeftovers();

const SERVICES = 50;
const LINES = 5000;
/** Of a core. */
const MOST = 0.1;

test(
  'The logs of 50 services are followed with less than a tenth of a core.',
  { timeout: 180_000 },
  async () => {
    const services = Array.from({ length: SERVICES }, (_, index) => ({
      id: `ts_${index}`,
      instance: 'Talks',
      serviceType: 'Thread' as const,
      configuration: { every_ms: SERVICES },
    }));
    await using verbs = await openVerbs(...services);
    expect((await verbs.contextd('up', '-d')).exitCode).toBe(0);
    await using following = verbs.home.start('contextd', 'logs', '-f');
    await following.out.waitFor(() => true);
    const { items } = following.out;
    const [from, usedBefore, before] = [items.length, usedMs(following.pid), performance.now()];
    await eventually(() => items.length >= from + LINES, `${LINES} lines`, 120_000);
    const share = (usedMs(following.pid) - usedBefore) / (performance.now() - before);
    process.stdout.write(`logs -f of ${SERVICES} services: ${(share * 100).toFixed(1)} % of a core\n`);
    expect(share).toBeLessThan(MOST);
    expect(new Set(items.map((line) => line.split(' ')[0])).size).toBe(SERVICES);
    following.interrupt();
    expect((await following.ended).exitCode).toBe(0);
    expect((await verbs.contextd('down')).exitCode).toBe(0);
  },
);
