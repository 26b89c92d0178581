// Executes a command of a client and composes its answer.

import { ContextdError, reportError } from '../../base/errors.js';
import { parseContextConfiguration } from '../../model/read/parse-context.js';
import { resolvePaths } from '../../model/read/resolve-paths.js';
import {
  CONTEXT_ACTIONS,
  type ContextAction,
  type ContextCommandBody,
} from '../../messages/context-command.js';
import type { ReplyStatus } from '../../messages/state.js';
import { resolveTransaction } from './resolve-target.js';
import { forget } from './forget.js';
import { reload } from './reload.js';
import { restart, start } from './run.js';
import { exit, stop } from './stop.js';
import { failure, type CommandAnswer, type CommandPorts, type CommandContext } from './command-context.js';

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

/** A provider that is shutting down refuses these. */
const STARTING: readonly string[] = ['start', 'restart', 'reload'] satisfies readonly ContextAction[];

/** These wait for no other command: two change nothing, and one ends everything. */
const NOT_QUEUED: readonly string[] = ['list', 'validate', 'exit'] satisfies readonly ContextAction[];

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
    // The loop ends without another `await`: no other command may act between this check and the action.
    while (!NOT_QUEUED.includes(action)) {
      const running = ports.queue.running(resolveTransaction(context));
      if (running === undefined) break;
      const refusal = await running;
      if (refusal !== undefined && isStarting) throw refusal;
    }
    if (isStarting) ports.checkOpen();
    return await ACTIONS[action](context);
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
  const transactions = [...ports.supervisor.transactions.values()].map((transaction) => ({
    transaction: transaction.id,
    context_id: transaction.configuration.ContextID,
    services: [...transaction.snapshot.services.values()].map((service) => ({
      service_id: service.definition.id,
      state: service.status,
      pid: service.pid ?? null,
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
