// Detects that the pid of a service now belongs to another process, which can happen while there is no provider.

import { isSameRun, type RunIdentity } from '../messages/run-identity.js';

/** The start time is computed from the age and varies a little; no pid is reused this soon. */
const TOLERANCE_MS = 1000;

export class PidReuse {
  /** By service: its run, and when its process had started. */
  readonly #known = new Map<string, { readonly run: RunIdentity; readonly startedAtMs: number }>();

  /** Returns false when the process has another start time than when the run was first seen. */
  isSame(serviceId: string, run: RunIdentity, startedAtMs: number): boolean {
    const known = this.#known.get(serviceId);
    if (known !== undefined && isSameRun(known.run, run))
      return Math.abs(known.startedAtMs - startedAtMs) < TOLERANCE_MS;
    this.#known.set(serviceId, { run, startedAtMs });
    return true;
  }
}
