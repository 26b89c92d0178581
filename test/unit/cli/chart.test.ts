import { describe, expect, it } from 'vitest';
import { drawChart, fillColumns, type ChartPoint } from '../../../src/cli/show/chart.js';
import { checkChartArguments } from '../../../src/cli/arguments/chart-arguments.js';
import { formatChart } from '../../../src/cli/show/metric-chart.js';

const line = (...values: readonly (number | null)[]): readonly ChartPoint[] =>
  values.map((value, index) => [index, value]);

describe('fillColumns', () => {
  it.each([
    ['one for each', line(1, 2, 3), 3, [1, 2, 3]],
    ['the largest of several', line(1, 9, 2, 3, 4, 8), 3, [9, 3, 8]],
    ['no value for a gap', line(1, null, 3), 3, [1, undefined, 3]],
    [
      'no values for a long time without samples',
      [
        [0, 1],
        [1, 2],
        [9, 5],
      ] as ChartPoint[],
      10,
      [1, 2, ...Array<undefined>(7), 5],
    ],
    ['a single one', [[5, 7]] as ChartPoint[], 2, [7, undefined]],
  ])('%s', (_what, points, count, expected) => {
    expect(fillColumns(points, count)).toEqual(expected);
  });
});

describe('drawChart', () => {
  const options = {
    width: 40,
    height: 5,
    periodS: 1,
    format: (value: number) => value.toFixed(1),
    isFromZero: true,
  };

  it('draws a line over its times, with labels on the left', () => {
    const drawn = drawChart(line(0, 2, 4, 4, null, null, 4, 0, 0, 1), options);
    expect(drawn.slice(0, -1)).toEqual([
      '4.0 ┼ ╭──  ╮',
      '3.0 ┤ │    │',
      '2.0 ┤╭╯    │',
      '1.0 ┤│     │ ╭─',
      '0.0 ┼╯     ╰─╯',
    ]);
    expect(drawn.at(-1)).toMatch(/^ {5}\d\d:\d\d:\d\d {1,2}\d\d:\d\d:\d\d$/);
  });

  it.each([20, 40, 80, 200])('fits into %d columns, however many samples there are', (width) => {
    const many = line(...Array.from({ length: 3600 }, (_, index) => 100 + Math.sin(index / 50) * 50));
    const drawn = drawChart(many, { ...options, width });
    expect(drawn).toHaveLength(options.height + 1);
    expect(Math.max(...drawn.map((each) => each.length))).toBeLessThanOrEqual(Math.max(width, 24));
    expect(drawn[0]).toMatch(/^150\.0/);
  });

  it('draws a constant value as a line', () => {
    const drawn = drawChart(line(46, 46, 46, 46, 46, 46, 46, 46, 46), { ...options, isFromZero: false });
    expect(drawn.join('\n')).toMatch(/─{8}/);
    expect(drawn[0]).toMatch(/^46\.5/);
  });
});

describe('formatChart', () => {
  const reply = { service_id: 'ts_1', metric: 'rss', unit: 'MiB', period_s: 1 };
  const terminal = { colour: false, columns: 60 };

  it('has a title with metric, lowest and highest value', () => {
    const points: [number, number | null][] = [
      [0, 40],
      [1, 60.25],
      [2, null],
      [3, 50],
    ];
    const [title, ...drawn] = formatChart({ ...reply, points }, terminal);
    expect(title).toBe('rss of ts_1 in MiB: last 50.0, lowest 40.0, highest 60.3; 4 samples in 3s');
    expect(drawn).toHaveLength(13);
  });

  it('reports when there are no samples', () => {
    expect(formatChart({ ...reply, points: [[1, null]] }, terminal)).toEqual([
      'no samples of rss of ts_1 in that time',
    ]);
  });
});

describe('the arguments of a chart', () => {
  const args = {
    transaction: '',
    service_id: '',
    services: ['ts_1'],
    metric: 'rss',
    since: undefined,
    json: false,
  } as const;

  it.each(['90', '90s', '1.5h', '10m', '2d'])('--since=%s is accepted', (since) => {
    expect(() => checkChartArguments({ ...args, since })).not.toThrow();
  });

  it.each(['yesterday', '', '1w', '-5'])('--since=%s is rejected', (since) => {
    expect(() => checkChartArguments({ ...args, since })).toThrow(/^invalid value ".*" for --since$/);
  });
});
