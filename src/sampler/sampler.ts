// Chooses how processes are measured on this machine.

import { ProcSampler } from './proc-sampler.js';
import type { Sampler } from './sample.js';
import { UsageSampler } from './usage-sampler.js';

export interface SamplerOptions {
  /** `proc` reads /proc, on Linux only; `usage` asks the tools of the system, anywhere. */
  readonly kind?: 'proc' | 'usage';
}

/** The one that costs least here, unless `kind` says which. */
export function createSampler(options: SamplerOptions = {}): Sampler {
  const kind = options.kind ?? (process.platform === 'linux' ? 'proc' : 'usage');
  return kind === 'proc' ? new ProcSampler() : new UsageSampler();
}
