// What the checks need of the <command> of a service, however wrong it is.

import type { Finding, ValuePath } from '../xml/fault.js';
import type { LenientService } from './lenient-view.js';

export type Fields = Readonly<Record<string, unknown>>;

/** A <command> as far as it is one; `path` leads to it. */
export interface CommandOutline {
  readonly path: ValuePath;
  readonly fields: Fields;
}

export const CONFIGURATION_PLACE = ['Task', 'message', 'content', 'configuration'] as const;
export const COMMAND_PLACE = [...CONFIGURATION_PLACE, 'command'] as const;

export function at(command: CommandOutline, key: string, message: string, hint?: string): Finding {
  return { path: [...command.path, key], message, hint };
}

export function commandsOf(services: readonly LenientService[]): readonly CommandOutline[] {
  return services
    .filter(({ command }) => command !== undefined && !Array.isArray(command))
    .map(({ path, command }) => ({
      path: [...path, ...COMMAND_PLACE],
      fields: isRecord(command) ? command : {},
    }));
}

export function textOf({ fields }: CommandOutline, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
