// What the live view of 300 services writes and costs, in a real terminal on a real bus.

import { expect, test, vi } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { readProc } from '../helpers/processes.js';
import { startProgram } from '../helpers/program.js';
import { openPane } from '../helpers/tmux.js';
import { respondToTop, type TopResponder } from '../helpers/top-responder.js';
import { needs } from '../helpers/requirements.js';

expectNoLeftovers();
vi.setConfig({ testTimeout: 180_000 });

const SERVICES = 300;
const SAMPLES = 10;
/** Of one core: what the view of so many services may take, once a second. */
const MOST_SHARE = 0.05;
/** Linux tells processor time in these, whatever its kernel counts in. */
const TICKS_PER_S = 100;

/** Processor time that a process has taken so far, its own and the system's for it, in clock ticks. */
function ticksOf(pid: number): number {
  const fields = readProc(pid, 'stat').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Processor time while so many samples are answered: in clock ticks, and as a share of one core. */
async function costOf(
  pid: number,
  responder: TopResponder,
): Promise<{ readonly ticks: number; readonly share: number }> {
  const [from, before, startMs] = [responder.answered(), ticksOf(pid), performance.now()];
  await eventually(() => responder.answered() >= from + SAMPLES, `${SAMPLES} more samples`, 60_000);
  const ticks = ticksOf(pid) - before;
  return { ticks, share: ticks / TICKS_PER_S / ((performance.now() - startMs) / 1000) };
}

test(
  '300 services are redrawn without flicker, for less than 5 % of a core, near the cost of asking for them.',
  needs('tmux'),
  async () => {
    await using responder = await respondToTop(SERVICES);
    const { publish, subscribe } = responder.endpoints;
    const flags = [`--endpoint=${publish}`, `--sub_endpoint=${subscribe}`, '--action=top', '--watch'];
    await using pane = await openPane(80, 24);
    await pane.start('conf_command', ...flags);
    await pane.sees(/^services 300: 270 started {2}30 defined/);
    await pane.press('r', 'End');
    await pane.sees(/^>ts_300 +- defined/);
    await pane.press('Home');
    await pane.sees(/^>ts_29[37] /);
    const from = pane.written().length;
    const asked = responder.answered();
    const cost = await costOf(await pane.child(), responder);
    const frames = pane.written().slice(from).split('\u001b[?2026h').slice(1);
    // One write per sample, each whole, nothing cleared in between, and no more than the screen holds.
    expect(frames.length).toBeGreaterThanOrEqual(SAMPLES - 1);
    expect(frames.length).toBeLessThanOrEqual(responder.answered() - asked + 1);
    expect(frames.join('')).not.toMatch(/\[\d*J/);
    expect(frames.slice(0, -1).every((frame) => frame.endsWith('\u001b[?2026l'))).toBe(true);
    expect(Math.max(...frames.map(({ length }) => length))).toBeLessThan(24 * (80 + 40));
    await pane.press('q');
    await pane.losesSight(/^services/);

    // The baseline asks for and prints the same, without a view.
    await using program = startProgram('conf_command', ...flags, '--json');
    await eventually(() => program.out.items.length >= 2, 'samples');
    const baseline = await costOf(program.child.pid!, responder);
    process.stdout.write(
      `live view of ${SERVICES}: ${(cost.share * 100).toFixed(1)} % of a core, ${cost.ticks} ticks for ${SAMPLES} ` +
        `samples, lines of JSON: ${baseline.ticks}\n`,
    );
    expect(cost.ticks).toBeLessThan(4 * Math.max(baseline.ticks, 5));
    expect(cost.share).toBeLessThan(MOST_SHARE);
  },
);
