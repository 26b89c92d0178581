// Validates a context configuration with the schema and the named checks, for files and for messages.

import { ContextdError } from '../../base/errors.js';
import { runChecks } from '../checks/checks.js';
import { contextFileSchema, sentConfigurationSchema, type ContextConfiguration } from '../context.js';
import { combineFindings } from '../findings.js';
import { formatPath, isError, joinFaultLines, withHint, type Finding } from '../../xml/fault.js';
import { findUnsafeKeys } from '../safe-keys.js';
import { readLenientView } from '../lenient-view.js';

export interface ValidationResult {
  /** Undefined if a finding is an error. */
  readonly configuration: ContextConfiguration | undefined;
  readonly findings: readonly Finding[];
}

/** Parses a configuration from the bus. Throws CTX_INVALID with the JSON path of every fault. */
export function parseContextConfiguration(value: unknown): ContextConfiguration {
  const { configuration, findings } = validateConfiguration(value, [], sentConfigurationSchema);
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

/** Runs all checks, also if some fail. `known` are findings of earlier checks. */
export function validateConfiguration(
  value: unknown,
  known: readonly Finding[],
  schema: typeof contextFileSchema | typeof sentConfigurationSchema = contextFileSchema,
): ValidationResult {
  const unsafe = findUnsafeKeys(value);
  if (unsafe.length > 0) return { configuration: undefined, findings: [...known, ...unsafe] };
  const parsed = schema.safeParse(value);
  const check = () => runChecks(readLenientView(value));
  const findings = combineFindings({ form: known, error: parsed.error, value, check });
  const isUsable = !findings.some(isError) && parsed.data !== undefined;
  return { configuration: isUsable ? withoutSecurity(parsed.data) : undefined, findings };
}

/** Removes <Security>: only the own file of a provider defines it, and it is read separately. See read-context.ts. */
function withoutSecurity(configuration: ContextConfiguration): ContextConfiguration {
  const { ...rest } = configuration;
  delete rest.Security;
  return rest;
}
