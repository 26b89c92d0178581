// The test kit's clock.

export { ManualClock } from '../../src/testing/manual-clock.js';
