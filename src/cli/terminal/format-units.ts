// Memory sizes and durations as short text.

const KIB = 1024;

/** Formats MiB as 46.2M, 11.3G or 1.2T, in at most six characters. */
export function formatMib(mib: number): string {
  if (mib < 1000) return `${mib < 100 ? mib.toFixed(1) : Math.round(mib)}M`;
  const gib = mib / KIB;
  return gib < 1000 ? `${gib < 100 ? gib.toFixed(1) : Math.round(gib)}G` : `${(gib / KIB).toFixed(1)}T`;
}

/** Formats seconds as 42s, 3m07s, 5h12m or 9d04h. */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${pad(Math.floor(whole / 60) % 60)}m`;
  return `${Math.floor(whole / 86_400)}d${pad(Math.floor(whole / 3600) % 24)}h`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
