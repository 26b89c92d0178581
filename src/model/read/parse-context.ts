// unknown -> a context's configuration: the schema and the named checks, for files and for the bus alike.

import { ContextdError } from '../../base/errors.js';
import { runChecks } from '../checks/checks.js';
import { contextFileSchema, type ContextConfiguration } from '../context.js';
import { schemaFindings } from '../findings.js';
import {
  dedupeFindings,
  formatPath,
  isError,
  joinFaultLines,
  withHint,
  type Finding,
} from '../../xml/fault.js';
import { findUnsafeKeys } from '../safe-keys.js';
import { readLenientView } from '../lenient-view.js';

export interface Examined {
  /** Undefined if a finding is an error. */
  readonly configuration: ContextConfiguration | undefined;
  readonly findings: readonly Finding[];
}

/** A configuration from the bus. Throws CTX_INVALID that names the JSON path of every fault. */
export function parseContextConfiguration(value: unknown): ContextConfiguration {
  const { configuration, findings } = examineConfiguration(value, []);
  if (configuration !== undefined) return configuration;
  const faults = findings.filter(isError);
  const lines = faults.map(({ path, message, hint }) => `${formatPath(path)}: ${withHint(message, hint)}`);
  throw new ContextdError('CTX_INVALID', joinFaultLines('the configuration', lines), {
    details: {
      faults: faults.map(({ path, message, hint }) => ({
        path: formatPath(path),
        message,
        ...(hint ? { hint } : {}),
      })),
    },
  });
}

/** Checks everything that can be checked, however wrong the rest is; `known` are faults found before. */
export function examineConfiguration(value: unknown, known: readonly Finding[]): Examined {
  const unsafe = findUnsafeKeys(value);
  if (unsafe.length > 0) return { configuration: undefined, findings: [...known, ...unsafe] };
  const parsed = contextFileSchema.safeParse(value);
  const ofFields = [...known, ...dedupeFindings(schemaFindings(parsed.error, value), known)];
  const findings = [...ofFields, ...dedupeFindings(runChecks(readLenientView(value)), ofFields)];
  const isUsable = !findings.some(isError) && parsed.data !== undefined;
  return { configuration: isUsable ? withoutSecurity(parsed.data) : undefined, findings };
}

/** Only a provider's own file counts for security, and it is kept apart: see read-context.ts. */
function withoutSecurity(configuration: ContextConfiguration): ContextConfiguration {
  const { ...rest } = configuration;
  delete rest.Security;
  return rest;
}
