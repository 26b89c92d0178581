// Formats the values in the narrow columns of the live view; a dash stands for a missing value.

import { formatDuration, formatMib } from '../terminal/format-units.js';

export const NONE = '-';

export function formatMemory(mebibytes: number | undefined): string {
  return mebibytes === undefined ? NONE : formatMib(mebibytes);
}

export function formatBytes(bytes: number | undefined): string {
  return formatMemory(bytes === undefined ? undefined : bytes / 1024 / 1024);
}

export function formatPercent(percent: number | undefined): string {
  return percent === undefined ? NONE : formatShort(percent);
}

/** One decimal as long as the text fits four columns. */
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

export function formatUptime(seconds: number | undefined): string {
  return seconds === undefined ? NONE : formatDuration(Math.max(0, seconds));
}

/** Local time as HH:MM:SS. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 8);
}
