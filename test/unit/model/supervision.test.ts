// Defaults of the supervision that depend on other values.

import { expect, it } from 'vitest';
import { supervisionSchema } from '../../../src/model/supervision.js';

it.each([
  [{}, 5],
  [{ heartbeat_limit_s: '3' }, 1],
  [{ heartbeat_limit_s: '60' }, 5],
  [{ heartbeat_limit_s: '0' }, 5],
  [{ heartbeat_s: '2', heartbeat_limit_s: '3' }, 2],
])('%j has a heartbeat interval of %d s, several times within its limit', (given, expected) => {
  expect(supervisionSchema.parse(given).heartbeat_s).toBe(expected);
});

it('A limit that is not a number is reported.', () => {
  const { error } = supervisionSchema.safeParse({ heartbeat_limit_s: 'soon' });
  expect(error?.issues.map(({ path }) => path)).toEqual([['heartbeat_limit_s']]);
});
