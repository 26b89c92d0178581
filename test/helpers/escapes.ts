// Shell scripts whose processes try to escape their parent; they keep only the variable `mark`.

/** By description: a script and its number of processes. */
export function escapes(mark: string): Readonly<Record<string, readonly [script: string, count: number]>> {
  const bare = `env -i ${mark}=$${mark} PATH=$PATH`;
  return {
    'clears environment and session, then its parent ends': [
      `(${bare} sleep 3600 &); (${bare} setsid sleep 3600 &)`,
      2,
    ],
    'overwrites environment and session, then its parent ends': [
      `(env -i ${mark}=$${mark} CONTEXTD_TOKEN=other PATH=$PATH setsid sleep 3600 &)`,
      1,
    ],
    'clears everything, closes its files, forks twice and ignores SIGTERM': [
      `(${bare} setsid sh -c "trap '' TERM; cd /; (sleep 3600 &); (sleep 3600 &)" <&- >&- 2>&- &)`,
      2,
    ],
  };
}
