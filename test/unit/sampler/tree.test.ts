import { describe, expect, it } from 'vitest';
import { groupByParent, collectDescendants } from '../../../src/sampler/tree.js';

describe('a process tree', () => {
  /** pid, parent */
  const below = (root: number, rows: readonly (readonly [number, number])[]) => {
    const children = groupByParent(new Map(rows.map(([pid, parent]) => [pid, { parent }])));
    return collectDescendants([root], (pid) => children.get(pid)).slice(1);
  };
  it.each<[string, readonly (readonly [number, number])[], readonly number[]]>([
    ['no descendants', [[2, 1]], []],
    ['children and theirs', [[2, 5], [3, 2], [4, 3], [6, 1]], [2, 3, 4]], // prettier-ignore
    ['children with lower numbers than their parents', [[2, 3], [3, 4], [4, 5]], [4, 3, 2]], // prettier-ignore
    ['each once, if the table contains a cycle', [[2, 5], [3, 2], [5, 3]], [2, 3]], // prettier-ignore
    ['not itself as its own child', [[5, 5], [6, 5]], [6]], // prettier-ignore
  ])('has %s', (_who, rows, expected) => expect(below(5, rows)).toEqual(expected));

  it('has a thousand levels', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => [index + 6, index + 5] as const);
    expect(below(5, rows)).toHaveLength(1000);
  });
});
