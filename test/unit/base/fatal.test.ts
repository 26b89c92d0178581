import { expect, it } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { describeFault } from '../../../src/base/fatal.js';

it('A fault is one line with its code and where it was thrown.', () => {
  const line = describeFault(new TypeError('two\nlines'));
  expect(line).toMatch(/^error INTERNAL: this process ends: two lines \(at .*fatal\.test\.ts:\d+:\d+.*\)$/);
  expect(describeFault(new ContextdError('BUS_CLOSED', 'gone'))).toMatch(
    /^error BUS_CLOSED: this process ends: gone/,
  );
  expect(describeFault('text')).toMatch(/^error INTERNAL: this process ends: text/);
});
