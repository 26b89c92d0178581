// Process trees: children by parent, and descendants. Pure.

/** Returns the children of each process that has children. */
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

/** Returns `from` and all their descendants, parents before children, each once even if the table contains a cycle. */
export function collectDescendants(
  from: readonly number[],
  childrenOf: (pid: number) => readonly number[] | undefined,
): readonly number[] {
  const found = new Set(from);
  // Iterating a Set also visits elements that are added meanwhile.
  for (const pid of found) for (const child of childrenOf(pid) ?? []) found.add(child);
  return [...found];
}
