// Figures as a person reads them, in at most six columns; a dash where there is none.

export const NONE = '-';

/** MiB as 0.5M, 123M, 1.2G, 12.3T. */
export function formatMemory(mebibytes: number | undefined): string {
  if (mebibytes === undefined) return NONE;
  const units = ['M', 'G', 'T', 'P'];
  let value = mebibytes;
  let unit = 0;
  // Not at 1024: what rounds to 1000 would be a digit too long.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${formatShort(value)}${units[unit]}`;
}

export function formatBytes(bytes: number | undefined): string {
  return formatMemory(bytes === undefined ? undefined : bytes / 1024 / 1024);
}

export function formatPercent(percent: number | undefined): string {
  return percent === undefined ? NONE : formatShort(percent);
}

/** One decimal as long as it fits four columns. */
function formatShort(value: number): string {
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

export function formatCount(count: number | undefined): string {
  if (count === undefined) return NONE;
  return count < 10_000 ? count.toFixed(0) : `${Math.floor(count / 1000)}k`;
}

export function formatMs(durationMs: number | undefined): string {
  return durationMs === undefined ? NONE : durationMs.toFixed(durationMs < 99.95 ? 1 : 0);
}

/** Seconds as 59s, 59m59s, 23h59m, 99d23h, 100d. */
export function formatDuration(seconds: number | undefined): string {
  if (seconds === undefined) return NONE;
  const whole = Math.max(0, Math.floor(seconds));
  const pair = (one: number, unit: string, other: number, small: string) =>
    `${one}${unit}${String(other).padStart(2, '0')}${small}`;
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), 'm', whole % 60, 's');
  if (whole < 86_400) return pair(Math.floor(whole / 3600), 'h', Math.floor(whole / 60) % 60, 'm');
  const days = Math.floor(whole / 86_400);
  return days < 100 ? pair(days, 'd', Math.floor(whole / 3600) % 24, 'h') : `${days}d`;
}

/** Local time of the day. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}
