// A lenient view of the <command> of a service, which may still be invalid, for the checks.

import type { Finding, ValuePath } from '../xml/fault.js';
import type { LenientService } from './lenient-view.js';

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a <command>; empty if it is not an element. `path` is its location. */
export interface CommandView {
  readonly path: ValuePath;
  readonly fields: Fields;
}

export const CONFIGURATION_PATH = ['Task', 'message', 'content', 'configuration'] as const;
export const COMMAND_PATH = [...CONFIGURATION_PATH, 'command'] as const;

export function at(command: CommandView, key: string, message: string, hint?: string): Finding {
  return { path: [...command.path, key], message, hint };
}

export function commandsOf(services: readonly LenientService[]): readonly CommandView[] {
  return services
    .filter(({ command }) => command !== undefined && !Array.isArray(command))
    .map(({ path, command }) => ({
      path: [...path, ...COMMAND_PATH],
      fields: isRecord(command) ? command : {},
    }));
}

export function textOf({ fields }: CommandView, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
