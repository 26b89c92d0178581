// contextd check: reads a context file and prints its faults and warnings.

import { asContextdError, EXIT, reportError } from '../base/errors.js';
import { findMissingCode } from '../launcher/find-missing-code.js';
import { readContextFile, type ContextFile } from '../model/read/read-context.js';
import { defineCommand } from './arguments/command.js';
import { PROVIDER_OPTIONS, resolveRoots } from './arguments/provider-options.js';
import { chooseContextFile } from './request/context-files.js';
import type { Terminal } from './terminal/terminal.js';

export const check = defineCommand({
  name: 'contextd check',
  summary: 'Read a context file and print its faults and warnings, also about missing code and programs.',
  positionals: '[file]',
  values: { _: 'files', service_root: 'files' },
  options: {
    service_root: PROVIDER_OPTIONS.service_root,
    json: { type: 'boolean', default: false, describe: 'Print the result as JSON' },
  },
  examples: [
    ['$0', 'Check the only context file of this folder'],
    ['$0 conf/Context-EchoAction.xml --json', 'Print the result as JSON'],
  ],
  run,
});

interface Arguments {
  readonly _?: readonly (string | number)[];
  readonly service_root: readonly string[];
  readonly json: boolean;
}

async function run(args: Arguments, terminal: Terminal): Promise<number> {
  const path = await chooseContextFile('contextd check', args._);
  const roots = resolveRoots(args);
  if (!args.json) return printCheck(await readContextFile(path), roots, terminal);
  const result = await checkFile(path, roots);
  terminal.out(`${JSON.stringify(result, undefined, 2)}\n`);
  return result.valid ? EXIT.done : EXIT.failed;
}

async function checkFile(path: string, roots: readonly string[]) {
  try {
    const file = await readContextFile(path);
    const services = file.configuration.TaskService.map(({ id }) => id);
    return { file: file.path, valid: true, services, warnings: findWarnings(file, roots) };
  } catch (error) {
    const { code, details } = asContextdError(error);
    if (code === 'INTERNAL') throw error;
    return { file: path, valid: false, error: reportError(error), faults: details.faults ?? [] };
  }
}

/** Errors have already been thrown while the file was read; only warnings are left. */
export function printCheck(file: ContextFile, roots: readonly string[], terminal: Terminal): number {
  const warnings = findWarnings(file, roots);
  for (const warning of warnings) terminal.out(`${warning}\n`);
  const services = count(file.configuration.TaskService, 'task service');
  terminal.out(`${file.path} is valid: ${services}, ${count(warnings, 'warning')}\n`);
  return EXIT.done;
}

function findWarnings(file: ContextFile, roots: readonly string[]): readonly string[] {
  return [
    ...file.warnings.map(
      ({ line, column, message }) => `${file.path}:${line}:${column}: warning: ${message}`,
    ),
    // Only warnings: the code may exist on the machine that runs the file.
    ...findMissingCode(file, roots).map((text) => `${file.path}: warning: ${text}`),
  ];
}

function count({ length }: readonly unknown[], what: string): string {
  return `${length} ${what}${length === 1 ? '' : 's'}`;
}
