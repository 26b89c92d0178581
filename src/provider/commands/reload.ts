// The command that applies the difference between what runs and a new configuration.

import { ContextdError } from '../../base/errors.js';
import type { ServiceId } from '../../base/ids.js';
import { startsWithTransaction, type ContextConfiguration } from '../../model/context.js';
import { planReload, changeReasons, type ReloadPlan } from '../../supervision/reload-plan.js';
import type { CommandEvent } from '../../supervision/snapshot.js';
import type { PreparedCode } from '../../launcher/prepare-code.js';
import {
  defineServices,
  removeServices,
  hasProcess,
  type Transaction,
} from '../../supervision/transaction.js';
import { preflightCode, type CheckedCode } from './preflight.js';
import { namedService, requireTransaction } from './resolve-target.js';
import { persistForLaunch, summarize, type CommandAnswer, type CommandContext } from './command-context.js';

const FIXED = ['ContextID', 'FrontEndEndpoint', 'BackendEndpoint', 'FrontBind', 'BackendBind'] as const;

/** Throws CTX_TRANSACTION_UNKNOWN, CTX_CONFIGURATION_MISSING and CTX_RELOAD_REFUSED; then nothing has changed. */
export async function reload(context: CommandContext): Promise<CommandAnswer> {
  const { configuration: sent, command, ports } = context;
  const transaction = requireTransaction(context);
  if (sent === undefined) {
    throw new ContextdError('CTX_CONFIGURATION_MISSING', 'reload needs the new configuration', {
      hint: 'name it with --context_file',
    });
  }
  checkFixedParts(transaction, sent);
  const configuration = selectNamed(context, transaction.configuration, sent);
  ports.checkCode(configuration.TaskService);
  const known = transaction.configuration.TaskService;
  const isDryRun = command.content.dry_run === true;
  const planWith = (code: CheckedCode) =>
    planReload(known, configuration, (id) => hasNewCode(transaction, id, code.get(id)));
  let plan = planWith(new Map());
  const { status } = await preflightCode(
    context,
    { transaction, services: configuration.TaskService },
    async (code) => {
      plan = planWith(code);
      // Both must begin before the first `await`: then the next command to this transaction may act.
      const [change, result] = await Promise.all([
        isOwn(context, configuration) ? ports.reloadClients(isDryRun) : {},
        isDryRun ? summarize([]) : applyPlan(context, transaction, { configuration, plan }),
      ]);
      return { status: { ...change, ...result }, transaction: transaction.id };
    },
  );
  const reasons = changeReasons(plan, known, configuration);
  const explained = Object.keys(reasons).length === 0 ? {} : { reasons };
  return { status: { ...status, plan: { ...plan }, ...explained }, transaction: transaction.id };
}

/** The configuration to apply: `next`, or if the command names a service, `known` with this service as it is in `next`. */
function selectNamed(
  { command }: CommandContext,
  known: ContextConfiguration,
  next: ContextConfiguration,
): ContextConfiguration {
  const all = [...known.TaskService, ...next.TaskService];
  const named = namedService(command, { ...next, TaskService: all });
  if (named === undefined) return next;
  const changed = next.TaskService.filter(({ id }) => id === named);
  const isKnown = known.TaskService.some(({ id }) => id === named);
  const TaskService = isKnown
    ? known.TaskService.flatMap((service) => (service.id === named ? changed : [service]))
    : [...known.TaskService, ...changed];
  return { ...known, TaskService };
}

/** False when the running code is unknown: an earlier version of contextd has not journaled it. */
function hasNewCode(transaction: Transaction, id: ServiceId, checked: PreparedCode | undefined): boolean {
  const running = transaction.snapshot.services.get(id)?.codeHash;
  return checked !== undefined && running !== undefined && checked.codeHash !== running;
}

function isOwn({ ports }: CommandContext, { ContextID }: ContextConfiguration): boolean {
  return ports.ownConfiguration.ContextID === ContextID;
}

interface Reload {
  readonly configuration: ContextConfiguration;
  readonly plan: ReloadPlan;
}

async function applyPlan(context: CommandContext, transaction: Transaction, { configuration, plan }: Reload) {
  const { ports } = context;
  const isStarting = new Set(configuration.TaskService.filter(startsWithTransaction).map((each) => each.id));
  // First: removed services must trigger no transitions, and no transition may start a service that is not defined yet.
  removeServices(transaction, plan.removed, 'transitions');
  defineServices(transaction, configuration, ports.clock.now());
  persistForLaunch(ports, transaction);
  const running = (ids: readonly ServiceId[]) => ids.filter((id) => hasProcess(transaction, id));
  const { cause } = context;
  const added = plan.added.filter((id) => isStarting.has(id));
  const events: readonly CommandEvent[] = [
    { cause, type: 'stop_requested', services: running(plan.removed), isWholeTransaction: false },
    { cause, type: 'run_requested', action: 'restart', services: running(plan.changed) },
    { cause, type: 'run_requested', action: 'start', services: added },
  ];
  const asked = events.filter((event) => event.services.length > 0);
  const results = await Promise.all(asked.map((event) => ports.supervisor.request(transaction, event)));
  ports.reloaded(configuration);
  removeServices(transaction, plan.removed, 'services');
  ports.supervisor.publishChange(transaction);
  return summarize(results.flat());
}

function checkFixedParts({ configuration: known }: Transaction, next: ContextConfiguration): void {
  const changed = FIXED.filter((key) => known[key] !== next[key]);
  if (changed.length === 0) return;
  const list = changed.map((key) => `${key} (${known[key]} -> ${next[key]})`).join(', ');
  throw new ContextdError('CTX_RELOAD_REFUSED', `a reload cannot change ${list}`, {
    hint: 'undo that change, or exit the provider and start it with the new file',
  });
}
