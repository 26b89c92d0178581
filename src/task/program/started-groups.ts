// The process groups of programs that this host has started: they must not outlive it.

const groups = new Set<number>();

/** A program leads a group of its own, so that what it sends to its group does not reach its host. */
export function noteGroup(pid: number): void {
  groups.add(pid);
}

export function forgetGroup(pid: number): void {
  groups.delete(pid);
}

/** SIGKILL to every program that is still there, and to what it has started in its group. */
export function killStartedGroups(): void {
  for (const group of groups) signalGroup(group, 'SIGKILL');
}

/** To a program and what it has started in its group; nothing when none of it is left. */
export function signalGroup(group: number, signal: string): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has ended meanwhile.
  }
}
