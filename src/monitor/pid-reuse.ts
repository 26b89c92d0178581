// Detects that the pid of a service now belongs to another process, which can happen while there is no provider.

/** A run of a service. */
export interface Run {
  readonly serviceId: string;
  readonly pid: number;
  readonly restarts: number;
}

/** The start time is computed from the age and varies a little; no pid is reused this soon. */
const TOLERANCE_MS = 1000;

export class PidReuse {
  readonly #known = new Map<string, Run & { readonly startedAtMs: number }>();

  /** Returns false when the process has another start time than when the run was first seen. */
  isSame(run: Run, startedAtMs: number): boolean {
    const known = this.#known.get(run.serviceId);
    if (known?.pid === run.pid && known.restarts === run.restarts)
      return Math.abs(known.startedAtMs - startedAtMs) < TOLERANCE_MS;
    this.#known.set(run.serviceId, { ...run, startedAtMs });
    return true;
  }
}
