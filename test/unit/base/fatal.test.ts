import { expect, it } from 'vitest';
import { ContextdError } from '../../../src/base/errors.js';
import { describeFatalError } from '../../../src/base/fatal.js';

it('An uncaught error is described in one line with its code and the place where it was thrown.', () => {
  const line = describeFatalError(new TypeError('two\nlines'));
  expect(line).toMatch(/^error INTERNAL: this process ends: two lines \(at .*fatal\.test\.ts:\d+:\d+.*\)$/);
  expect(describeFatalError(new ContextdError('BUS_CLOSED', 'gone'))).toMatch(
    /^error BUS_CLOSED: this process ends: gone/,
  );
  expect(describeFatalError('text')).toMatch(/^error INTERNAL: this process ends: text/);
});
