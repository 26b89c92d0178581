// Tells a service's process from a stranger that has been given its pid while no provider was there to notice.

/** Which run of which service. */
export interface Run {
  readonly serviceId: string;
  readonly pid: number;
  readonly restarts: number;
}

/** Where the start is reckoned from an age it differs a little each time; no pid comes round so soon. */
const TOLERANCE_MS = 1000;

export class PidReuse {
  readonly #known = new Map<string, Run & { readonly startedAtMs: number }>();

  /** False when the pid of this run belongs to a process that was not there when the run was first seen. */
  isSame(run: Run, startedAtMs: number): boolean {
    const known = this.#known.get(run.serviceId);
    if (known?.pid === run.pid && known.restarts === run.restarts)
      return Math.abs(known.startedAtMs - startedAtMs) < TOLERANCE_MS;
    this.#known.set(run.serviceId, { ...run, startedAtMs });
    return true;
  }
}
