import { expect, test } from 'vitest';
import { runLive } from '../../../../src/cli/live/live.js';
import type { TopSource } from '../../../../src/cli/live/poller.js';
import type { Sample } from '../../../../src/cli/live/view.js';
import type { Screen, ScreenEvents } from '../../../../src/cli/terminal/screen.js';
import { createDeferred } from '../../../../src/base/deferred.js';
import { ManualClock } from '../../../helpers/manual-clock.js';
import { createTerminal } from '../../../helpers/terminal.js';
import { AT_MS, topReply, topSample } from '../../../helpers/top.js';

/** A view on a screen that keeps what is written, with a clock that stands still. */
function openLive(answer: (detail: string | undefined) => Promise<Sample>) {
  const frames: string[] = [];
  const asked: (string | undefined)[] = [];
  const clock = new ManualClock(AT_MS);
  let events: ScreenEvents | undefined;
  let isOpen = false;
  const screen: Screen = {
    size: { columns: 80, rows: 24 },
    open: (given) => {
      events = given;
      isOpen = true;
    },
    write: (text) => void frames.push(text),
    close: () => (isOpen = false),
  };
  const source: TopSource = {
    sample: (detail) => {
      asked.push(detail);
      return answer(detail);
    },
    close: () => Promise.resolve(),
  };
  const first = topSample(topReply(300));
  const ended = runLive(createTerminal(), screen, { source, first, intervalMs: 1000, clock });
  return {
    frames,
    asked,
    clock,
    ended,
    isOpen: () => isOpen,
    type: (text: string) => events!.typed(text),
    /** Lets what was promised come true. */
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

const steady = () => Promise.resolve(topSample(topReply(300)));

test('Keys that arrive together cause one frame, and keys without effect cause none.', async () => {
  const live = openLive(steady);
  const before = live.frames.length;
  live.type('rrrr\u001b[B\u001b[B');
  expect(live.frames).toHaveLength(before + 1);
  live.type('zZ9');
  expect(live.frames).toHaveLength(before + 1);
  live.type('q');
  await live.ended;
  expect(live.isOpen()).toBe(false);
  expect(live.clock.waiting).toEqual([]);
});

test('Escape is a key if nothing follows in time, else the beginning of a sequence.', async () => {
  const live = openLive(steady);
  live.type('/ts_29\r\u001b');
  expect(live.frames.at(-1)).toContain('ts_29');
  live.clock.advance(49);
  live.type('[B');
  live.type('\u001b');
  live.clock.advance(50);
  expect(live.frames.at(-1)).toContain('services 300: ');
  live.type('\u0003');
  await live.ended;
});

test('Samples are requested at a regular interval, details only while they are shown, nothing while paused.', async () => {
  const live = openLive(steady);
  const second = async () => {
    live.clock.advance(1000);
    await live.settle();
  };
  await live.settle();
  await second();
  await second();
  expect(live.asked).toEqual([undefined, undefined]);
  // A key of the user causes a request at once.
  live.type('n\r');
  await live.settle();
  await second();
  expect(live.asked.slice(2)).toEqual(['ts_1', 'ts_1']);
  live.type('\u001b[D');
  await live.settle();
  live.type('p');
  await live.settle();
  await second();
  await second();
  expect(live.asked.slice(4)).toEqual([undefined]);
  live.type('p');
  await live.settle();
  expect(live.asked).toHaveLength(6);
  live.type('q');
  await live.ended;
});

test('The view shows an error and keeps requesting samples.', async () => {
  let count = 0;
  const live = openLive(() => {
    count += 1;
    return count === 1 ? Promise.reject(new Error('the provider\u001b[2J is gone')) : steady();
  });
  await live.settle();
  live.clock.advance(1000);
  await live.settle();
  expect(live.frames.at(-1)).toContain('the provider\\u001b[2J is gone; retrying');
  live.clock.advance(1000);
  await live.settle();
  expect(live.frames.at(-1)).not.toContain('retrying');
  live.type('q');
  await live.ended;
});

test('A sample that cannot be drawn ends the view with an error after the terminal is restored.', async () => {
  const wrong = createDeferred<Sample>();
  const live = openLive(() => wrong.promise);
  await live.settle();
  live.clock.advance(1000);
  wrong.resolve({ ...topSample([]), entries: null as never });
  await expect(live.ended).rejects.toThrow(TypeError);
  expect(live.isOpen()).toBe(false);
  expect(live.clock.waiting).toEqual([]);
});
