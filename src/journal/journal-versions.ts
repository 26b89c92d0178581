// Converts what a provider of the previous version wrote to the present format of the journal.

/** Increased when the format changes. The functions below then convert from the version before. */
export const JOURNAL_VERSION = 3;

/** Version 2 has other names for these fields of services, and no run tokens. Its changes files name no version. */
const RENAMED = { said: 'reportedEnd', next: 'pendingStart', isQuiet: 'triggersSuppressed' } as const;

/** Converts a full journal of version 2; returns any other value unchanged, and the schema checks it. */
export function migrateFull(value: unknown): unknown {
  if (!isRecord(value) || value.version !== 2) return value;
  return { ...migrateChange(value), version: JOURNAL_VERSION };
}

/** Converts the transactions in a line of a changes file of version 2. */
export function migrateChange<T>(value: T): T {
  if (!isRecord(value) || !Array.isArray(value.transactions)) return value;
  const transactions = value.transactions.map((each: unknown) =>
    isRecord(each) && Array.isArray(each.services)
      ? { ...each, services: each.services.map(renameFields) }
      : each,
  );
  return { ...value, transactions };
}

function renameFields(service: unknown): unknown {
  if (!isRecord(service)) return service;
  const names: Readonly<Record<string, string>> = RENAMED;
  return Object.fromEntries(Object.entries(service).map(([name, value]) => [names[name] ?? name, value]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
