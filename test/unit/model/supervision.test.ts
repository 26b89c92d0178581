// What of the supervision of a service follows from the rest of it.

import { expect, it } from 'vitest';
import { supervisionSchema } from '../../../src/model/supervision.js';

it.each([
  [{}, 5],
  [{ heartbeat_limit_s: '3' }, 1],
  [{ heartbeat_limit_s: '60' }, 5],
  [{ heartbeat_limit_s: '0' }, 5],
  [{ heartbeat_s: '2', heartbeat_limit_s: '3' }, 2],
])('%j has a heartbeat several times within its limit: every %d s', (given, expected) => {
  expect(supervisionSchema.parse(given).heartbeat_s).toBe(expected);
});

it('A limit that is no number is told as such.', () => {
  const { error } = supervisionSchema.safeParse({ heartbeat_limit_s: 'soon' });
  expect(error?.issues.map(({ path }) => path)).toEqual([['heartbeat_limit_s']]);
});
