// Selects the sampler for this machine.

import { ProcSampler } from './proc-sampler.js';
import type { Sampler } from './sample.js';
import { UsageSampler } from './usage-sampler.js';

export interface SamplerOptions {
  /** `proc` reads /proc (Linux only); `usage` runs tools of the system, such as ps. */
  readonly kind?: 'proc' | 'usage';
}

/** Creates the cheapest sampler that works here, or the given `kind`. */
export function createSampler(options: SamplerOptions = {}): Sampler {
  const kind = options.kind ?? (process.platform === 'linux' ? 'proc' : 'usage');
  return kind === 'proc' ? new ProcSampler() : new UsageSampler();
}
