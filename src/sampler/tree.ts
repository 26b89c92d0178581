// Who descends from whom. Pure.

/** For each process that has any, its children. */
export function groupByParent(
  processes: ReadonlyMap<number, { readonly parent: number }>,
): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of processes) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  return children;
}

/** `from` and all below them at any depth, parents before children; each once, whatever the table says. */
export function walkDown(
  from: readonly number[],
  childrenOf: (pid: number) => readonly number[] | undefined,
): readonly number[] {
  const found = new Set(from);
  // A set hands out what is added to it while it is walked.
  for (const pid of found) for (const child of childrenOf(pid) ?? []) found.add(child);
  return [...found];
}
