// The request of create_service, from its flags, an existing context file, or a meta file.

import { ContextdError } from '../../base/errors.js';
import { readMetaContextFile } from '../../model/read/meta-context.js';
import { completeFields, findContext, listContextNames } from '../../scaffold/existing-context.js';
import { requestOf } from '../../scaffold/meta-request.js';
import { checkFields, missingFields, readRequest, type Fields } from '../../scaffold/read-request.js';
import type { ScaffoldRequest } from '../../scaffold/request.js';
import { formatFault } from '../../xml/fault.js';
import { SERVICE_FLAGS, type CreateArguments } from '../arguments/create-service-options.js';
import { usageError } from '../arguments/usage-errors.js';
import type { Terminal } from '../terminal/terminal.js';

/** Prints the warnings of a meta file. Throws CLI_USAGE, and the errors of the files that it reads. */
export async function readCreateRequest(args: CreateArguments, terminal: Terminal): Promise<ScaffoldRequest> {
  if (args.xml_file === undefined) {
    const fields = await readFields(args);
    rejectFaults(fields, await listContextNames(args, process.cwd()));
    return readRequest(fields, process.cwd());
  }
  rejectCombined(args);
  const meta = await readMetaContextFile(args.xml_file);
  for (const warning of meta.warnings) terminal.err(`warning: ${formatFault(meta.path, warning)}\n`);
  return requestOf(meta);
}

function rejectCombined(args: CreateArguments): void {
  const clashing = SERVICE_FLAGS.filter((name) => args[name] !== undefined).map((name) => `--${name}`);
  if (clashing.length === 0) return;
  throw new ContextdError('CLI_USAGE', `--xml_file cannot be used with ${clashing.join(', ')}`, {
    hint: `remove them and set their values in ${args.xml_file ?? 'the file'}; only --dry_run and --force can be used with --xml_file`,
    details: { clashing },
  });
}

/** Takes values that are not given from an existing context file. */
async function readFields(args: CreateArguments): Promise<Fields> {
  const fields: Fields = Object.fromEntries(SERVICE_FLAGS.map((name) => [name, args[name]]));
  const context = await findContext(fields, process.cwd());
  if (context === undefined) return fields;
  if (fields.task_service !== undefined) return completeFields(fields, context);
  throw usageError(
    'missing: --task_service',
    `it is the name of the service; other values default to those in ${context.path}`,
  );
}

/** Throws one error for all missing and invalid flags. */
function rejectFaults(fields: Fields, contexts: readonly string[]): void {
  const missing = missingFields(fields).map((field) => `--${field}`);
  const faults = checkFields(fields).map(({ field, message, hint }) => `--${field}: ${message} (${hint})`);
  const lines = [...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []), ...faults];
  if (lines.length === 0) return;
  const message =
    lines.length === 1 ? lines.join('') : ['some flags are missing or invalid:', ...lines].join('\n  ');
  throw new ContextdError('CLI_USAGE', message, {
    hint:
      missing.includes('--context_name') && contexts.length > 1
        ? `with --context_name=${contexts.join(' or ')} most values come from that context file`
        : "run 'create_service --help' to see what each flag is for",
    details: { missing, faults },
  });
}
