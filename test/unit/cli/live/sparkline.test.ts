import { expect, test } from 'vitest';
import { cpuScale, drawSparkline, HISTORY_LENGTH, rssScale } from '../../../../src/cli/live/sparkline.js';

test('Values are drawn within their scale.', () => {
  const values = [0, 10, 20, 30, 40, 50, 60, 70, 80, -5, 90];
  expect(drawSparkline(values, 11, 80, { from: 0, to: 80 })).toBe('▁▂▃▄▅▆▇██▁█');
  expect(drawSparkline([], 0, 80, { from: 0, to: 1 })).toBe('');
  expect(drawSparkline([1], 1, 0, { from: 0, to: 1 })).toBe('');
});

test('Samples are grouped if there are more than columns, and peaks are kept.', () => {
  const values = Array.from({ length: HISTORY_LENGTH }, (_, index) => (index === 250 ? 100 : 0));
  const drawn = drawSparkline(values, HISTORY_LENGTH, 60, { from: 0, to: 100 });
  expect(drawn).toBe(`${'▁'.repeat(50)}█${'▁'.repeat(9)}`);
});

test('The drawing scrolls to the left without flicker.', () => {
  const peak = 290;
  const drawings = Array.from({ length: 5 }, (_, later) => {
    const taken = HISTORY_LENGTH + 5 + later;
    const values = Array.from({ length: HISTORY_LENGTH }, (_, at) =>
      taken - HISTORY_LENGTH + at === peak ? 100 : 0,
    );
    return drawSparkline(values, taken, 60, { from: 0, to: 100 }).lastIndexOf('█');
  });
  expect(drawings.map((at) => at - drawings[0]!).every((moved) => moved <= 0 && moved >= -1)).toBe(true);
});

test('Idle services and noise are flat lines.', () => {
  expect(cpuScale([0.1, 0.4])).toEqual({ from: 0, to: 10 });
  expect(cpuScale([0, 150])).toEqual({ from: 0, to: 150 });
  expect(rssScale([10, 10.1])).toEqual({ from: 10, to: 11 });
  expect(rssScale([])).toEqual({ from: 0, to: 1 });
});
