// Executes a command of a client and composes its answer.

import { ContextdError, reportError } from '../../base/errors.js';
import { parseContextConfiguration } from '../../model/read/parse-context.js';
import { resolvePaths } from '../../model/read/resolve-paths.js';
import {
  CONTEXT_ACTIONS,
  type ContextAction,
  type ContextCommandBody,
} from '../../messages/context-command.js';
import { failure, type ReplyStatus } from '../../messages/state.js';
import { countRestarts } from '../../supervision/snapshot.js';
import { resolveTransaction } from './resolve-target.js';
import { forget } from './forget.js';
import { reload } from './reload.js';
import { restart, start } from './run.js';
import { exit, stop } from './stop.js';
import type { CommandAnswer, CommandPorts, CommandContext } from './command-context.js';

const ACTIONS: Readonly<Record<ContextAction, (context: CommandContext) => Promise<CommandAnswer>>> = {
  start,
  stop,
  restart,
  reload,
  forget: (context) => Promise.resolve(forget(context)),
  exit,
  validate: async (context) => Promise.resolve(validate(context)),
  list: (context) => Promise.resolve(list(context)),
};

/** These start services: a provider that is shutting down, or cannot write its journal, refuses them. */
export const STARTING: readonly string[] = ['start', 'restart', 'reload'] satisfies readonly ContextAction[];

/** These change nothing: they are executed as often as they arrive, and their answers are not kept. */
export const READ_ONLY: readonly string[] = ['list', 'validate'] satisfies readonly ContextAction[];

/** Never rejects: a failure is an answer. */
export async function executeCommand(
  ports: CommandPorts,
  command: ContextCommandBody,
): Promise<CommandAnswer> {
  const { header } = command;
  try {
    const action = parseAction(header.action);
    const isStarting = STARTING.includes(action);
    const context = createContext(ports, command);
    const act = (aborted?: Error) => {
      if (isStarting && aborted !== undefined) throw aborted;
      if (isStarting) ports.checkOpen();
      return ACTIONS[action](context);
    };
    // These wait for no other command: they change nothing, or end everything.
    if (READ_ONLY.includes(action) || action === 'exit') return await act();
    return await ports.queue.inTurn(() => resolveTransaction(context), act);
  } catch (error) {
    return refuse(command, error);
  }
}

export function refuse({ header }: ContextCommandBody, error: unknown): CommandAnswer {
  return { status: failure(reportError(error)), transaction: header.service_transaction ?? '' };
}

function createContext(ports: CommandPorts, command: ContextCommandBody): CommandContext {
  const { header, content } = command;
  const { configuration } = content;
  const parsed = isBlank(configuration)
    ? undefined
    : resolvePaths(parseContextConfiguration(configuration), ports.folder);
  return { ports, command, configuration: parsed, cause: header.message_id ?? 'no message id' };
}

/** The configuration has been parsed, and faults of it refused, when the context was created. */
function validate({ command, configuration, ports }: CommandContext): CommandAnswer {
  if (configuration === undefined) {
    throw new ContextdError('CTX_CONFIGURATION_MISSING', 'validate needs a configuration', {
      hint: 'name it with --context_file',
    });
  }
  ports.checkCode(configuration.TaskService);
  return {
    status: { result: 'success', services: [] },
    transaction: command.header.service_transaction ?? '',
  };
}

function list({ ports, command }: CommandContext): CommandAnswer {
  const transactions = ports.transactions.all.map((transaction) => ({
    transaction: transaction.id,
    context_id: transaction.configuration.ContextID,
    services: [...transaction.snapshot.services.values()].map((service) => ({
      service_id: service.definition.id,
      state: service.status,
      pid: service.pid ?? null,
      since: new Date(service.sinceMs).toISOString(),
      restarts: countRestarts(service),
      ...(service.error === undefined ? {} : { error: service.error }),
    })),
  }));
  const { faults } = ports.health;
  const status: ReplyStatus = {
    result: 'success',
    services: [],
    transactions,
    ...(faults.length === 0 ? {} : { faults: [...faults] }),
  };
  return { status, transaction: command.header.service_transaction ?? '' };
}

function parseAction(action: string): ContextAction {
  const known = CONTEXT_ACTIONS.find((each) => each === action);
  if (known !== undefined) return known;
  throw new ContextdError('MSG_ACTION_UNKNOWN', `there is no action "${action}" on topic context`, {
    hint: `actions are ${CONTEXT_ACTIONS.join(', ')}`,
  });
}

function isBlank(configuration: unknown): boolean {
  if (configuration === undefined || configuration === null || configuration === '') return true;
  return typeof configuration === 'object' && Object.keys(configuration).length === 0;
}
