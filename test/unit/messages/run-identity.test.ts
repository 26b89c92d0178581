import { expect, it } from 'vitest';
import { isSameRun, type RunIdentity } from '../../../src/messages/run-identity.js';

it.each<[string, RunIdentity, RunIdentity, boolean]>([
  ['the same token', { runToken: 'r1', pid: 1 }, { runToken: 'r1', pid: 1 }, true],
  ['the same token and another pid', { runToken: 'r1', pid: 1 }, { runToken: 'r1', pid: 2 }, true],
  ['another token and the same pid', { runToken: 'r1', pid: 1 }, { runToken: 'r2', pid: 1 }, false],
  ['no token and the same pid', { runToken: 'r1', pid: 1 }, { pid: 1 }, true],
  ['no token and another pid', { runToken: 'r1', pid: 1 }, { pid: 2 }, false],
  ['a token, where none is known, and the same pid', { pid: 1 }, { runToken: 'r1', pid: 1 }, true],
  ['a token and a pid, where none is known', {}, { runToken: 'r1', pid: 1 }, false],
  ['neither token nor pid', { runToken: 'r1', pid: 1 }, {}, true],
])('A message with %s', (_what, known, seen, isSame) => {
  expect(isSameRun(known, seen)).toBe(isSame);
});
