// Decides whether a message is about a certain run of a service.

/** The description of the field in messages. */
export const RUN_TOKEN = 'Identifies the run: a digest of its run token. Another value means another run.';

/** What identifies a run. Services of other languages and of earlier versions send no run token. */
export interface RunIdentity {
  readonly runToken?: string | undefined;
  readonly pid?: number | null | undefined;
}

/** Compares run tokens, or pids where one side has no token. Without token and pid, `seen` may be of any run. */
export function isSameRun(known: RunIdentity, seen: RunIdentity): boolean {
  if (known.runToken !== undefined && seen.runToken !== undefined) return known.runToken === seen.runToken;
  return seen.pid === undefined || seen.pid === known.pid;
}
