// Selects the sampler for this machine.

import { systemClock, type Clock } from '../base/clock.js';
import { ProcSampler } from './proc-sampler.js';
import type { Sampler } from './sample.js';
import { UsageSampler } from './usage-sampler.js';

export interface SamplerOptions {
  /** `proc` reads /proc (Linux only); `usage` runs tools of the system, such as ps. */
  readonly kind?: 'proc' | 'usage';
  readonly clock?: Clock;
}

/** Creates the cheapest sampler that works here, or the given `kind`. */
export function createSampler(options: SamplerOptions = {}): Sampler {
  const { kind = process.platform === 'linux' ? 'proc' : 'usage', clock = systemClock } = options;
  return kind === 'proc' ? new ProcSampler(clock) : new UsageSampler(clock);
}
