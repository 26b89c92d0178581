// The command that applies the difference between what runs and a new configuration.

import { ContextdError } from '../../base/errors.js';
import type { ServiceId } from '../../base/ids.js';
import { startsWithTransaction, type ContextConfiguration } from '../../model/context.js';
import { planReload, changeReasons, type ReloadPlan } from '../../supervision/reload-plan.js';
import type { ProviderEvent } from '../../supervision/snapshot.js';
import type { PreparedCode } from '../../launcher/prepare-code.js';
import {
  defineServices,
  removeServices,
  hasProcess,
  type Transaction,
} from '../../supervision/transaction.js';
import { preflightCode, type FoundCode } from './preflight.js';
import { findTransaction, unknownTransaction } from './resolve-target.js';
import { persistForLaunch, summarize, type CommandAnswer, type CommandContext } from './command-context.js';

const FIXED = ['ContextID', 'FrontEndEndpoint', 'BackendEndpoint', 'FrontBind', 'BackendBind'] as const;

/** Throws CTX_CONFIGURATION_MISSING and CTX_RELOAD_REFUSED; nothing has changed then. */
export async function reload(call: CommandContext): Promise<CommandAnswer> {
  const { configuration, command, ports } = call;
  const transaction = findTransaction(call);
  if (transaction === undefined) throw unknownTransaction(call);
  if (configuration === undefined) {
    throw new ContextdError('CTX_CONFIGURATION_MISSING', 'reload needs the new configuration', {
      hint: 'name it with --context_file',
    });
  }
  checkFixedParts(transaction, configuration);
  ports.checkCode(configuration.TaskService);
  const known = transaction.configuration.TaskService;
  const isDryRun = command.content.dry_run === true;
  const compose = (found: FoundCode) =>
    planReload(known, configuration, (id) => hasNewCode(transaction, id, found.get(id)));
  let plan = compose(new Map());
  const { status } = await preflightCode(
    call,
    { transaction, services: configuration.TaskService },
    async (found) => {
      plan = compose(found);
      // Both begin at once: the next command's turn comes as soon as this one waits.
      const [change, result] = await Promise.all([
        isOwn(call, configuration) ? ports.reloadClients(isDryRun) : {},
        isDryRun ? summarize([]) : apply(call, transaction, { configuration, plan }),
      ]);
      return { status: { ...change, ...result }, transaction: transaction.id };
    },
  );
  const reasons = changeReasons(plan, known, configuration);
  const explained = Object.keys(reasons).length === 0 ? {} : { reasons };
  return { status: { ...status, plan: { ...plan }, ...explained }, transaction: transaction.id };
}

/** False where nobody knows what it runs with: an earlier provider has not written it down. */
function hasNewCode(transaction: Transaction, id: ServiceId, found: PreparedCode | undefined): boolean {
  const running = transaction.snapshot.services.get(id)?.codeHash;
  return found !== undefined && running !== undefined && found.codeHash !== running;
}

function isOwn({ ports }: CommandContext, { ContextID }: ContextConfiguration): boolean {
  return ports.ownConfiguration.ContextID === ContextID;
}

interface Reload {
  readonly configuration: ContextConfiguration;
  readonly plan: ReloadPlan;
}

async function apply(call: CommandContext, transaction: Transaction, { configuration, plan }: Reload) {
  const { ports } = call;
  const isStarting = new Set(configuration.TaskService.filter(startsWithTransaction).map((each) => each.id));
  // What leaves the context drives nobody any more, and nobody drives what is not there yet.
  removeServices(transaction, plan.removed, 'transitions');
  defineServices(transaction, configuration, ports.clock.now());
  persistForLaunch(ports, transaction);
  const running = (ids: readonly ServiceId[]) => ids.filter((id) => hasProcess(transaction, id));
  const base = { atMs: ports.clock.now(), cause: call.cause } as const;
  const events: readonly AskedEvent[] = [
    { ...base, type: 'stop_requested', services: running(plan.removed), isWholeTransaction: false },
    { ...base, type: 'run_requested', action: 'restart', services: running(plan.changed) },
    {
      ...base,
      type: 'run_requested',
      action: 'start',
      services: plan.added.filter((id) => isStarting.has(id)),
    },
  ];
  const asked = events
    .filter((event) => event.services.length > 0)
    .map((event) => ports.supervisor.request(transaction, event));
  const results = await Promise.all(
    asked.map(async ({ refused, settled }) => [...refused, ...(await settled)]),
  );
  ports.reloaded(configuration);
  removeServices(transaction, plan.removed, 'services');
  ports.supervisor.publishChange(transaction);
  return summarize(results.flat());
}

type AskedEvent = Extract<ProviderEvent, { type: 'stop_requested' | 'run_requested' }>;

function checkFixedParts({ configuration: known }: Transaction, next: ContextConfiguration): void {
  const changed = FIXED.filter((key) => known[key] !== next[key]);
  if (changed.length === 0) return;
  const list = changed.map((key) => `${key} (${known[key]} -> ${next[key]})`).join(', ');
  throw new ContextdError('CTX_RELOAD_REFUSED', `a reload cannot change ${list}`, {
    hint: 'undo that change, or exit the provider and start it with the new file',
  });
}
