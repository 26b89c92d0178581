// Output and CPU time of the live view of 300 services, in a real terminal.

import { expect, test, vi } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';
import { usedMs } from '../helpers/processes.js';
import { startProgram } from '../helpers/program.js';
import { openPane } from '../helpers/tmux.js';
import { respondToTop, type TopResponder } from '../helpers/top-responder.js';
import { needs } from '../helpers/requirements.js';

expectNoLeftovers();
vi.setConfig({ testTimeout: 180_000 });

const SERVICES = 300;
const SAMPLES = 10;
/** Of what asking for the samples and printing them costs. */
const MOST_TIMES = 4;

const answered = (responder: TopResponder, count: number) =>
  eventually(() => responder.answered() >= count, `${count} samples`, 60_000);

/** Processor time of each while so many samples are answered to both. */
async function costOf(pids: readonly number[], responder: TopResponder): Promise<readonly number[]> {
  const before = pids.map(usedMs);
  await answered(responder, responder.answered() + SAMPLES * pids.length);
  return pids.map((pid, index) => usedMs(pid) - before[index]!);
}

test(
  '300 services are redrawn without flicker, near the cost of asking for them.',
  needs('tmux'),
  async () => {
    await using responder = await respondToTop(SERVICES);
    const { publish, subscribe } = responder.endpoints;
    const flags = [`--endpoint=${publish}`, `--sub_endpoint=${subscribe}`, '--action=top', '--watch'];
    await using pane = await openPane(80, 24);
    await pane.start('conf_command', ...flags);
    await pane.waitForLine(/^services 300: 270 started {2}30 defined/);
    await pane.press('r', 'End');
    await pane.waitForLine(/^>ts_300 +- defined/);
    await pane.press('Home');
    await pane.waitForLine(/^>ts_29[37] /);
    const from = pane.written().length;
    const asked = responder.answered();
    await answered(responder, asked + SAMPLES);
    const frames = pane.written().slice(from).split('\u001b[?2026h').slice(1);
    // One write per sample, each whole, nothing cleared in between, and no more than the screen holds.
    expect(frames.length).toBeGreaterThanOrEqual(SAMPLES - 1);
    expect(frames.length).toBeLessThanOrEqual(responder.answered() - asked + 1);
    expect(frames.join('')).not.toMatch(/\[\d*J/);
    expect(frames.slice(0, -1).every((frame) => frame.endsWith('\u001b[?2026l'))).toBe(true);
    expect(Math.max(...frames.map(({ length }) => length))).toBeLessThan(24 * (80 + 40));

    // The baseline asks for and prints the same at the same time, without a view.
    await using program = startProgram('conf_command', ...flags, '--json');
    await eventually(() => program.out.items.length >= 2, 'samples');
    const [view = 0, lines = 0] = await costOf([await pane.child(), program.child.pid!], responder);
    process.stdout.write(
      `live view of ${SERVICES}: ${view.toFixed(1)} ms of processor time for ${SAMPLES} samples, ` +
        `lines of JSON: ${lines.toFixed(1)} ms\n`,
    );
    expect(lines).toBeGreaterThan(0);
    expect(view / lines).toBeLessThan(MOST_TIMES);
    await pane.press('q');
    await pane.waitUntilGone(/^services/);
  },
);
