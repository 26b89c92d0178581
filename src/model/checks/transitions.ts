// Checks of the transitions: known keywords, existing targets, no endless loops, no unreachable triggers.

import { ENTRY_ACTIONS, isEntryAtStart } from '../context.js';
import { formatList } from '../../base/shorten.js';
import type { Finding } from '../../xml/fault.js';
import { findCycles, formatCycle, reachableFrom, type Cycle } from '../graph.js';
import type { LenientContext, LenientService, LenientTrigger } from '../lenient-view.js';
import { didYouMean, MAX_HINTS } from '../../base/suggest.js';

export function actionsHaveTargets(context: LenientContext): readonly Finding[] {
  return allTriggers(context).flatMap(({ trigger, action, targets, path }): readonly Finding[] => {
    if ((action === '') === (targets.length === 0)) return [];
    if (action === '') {
      const message = `${trigger} calls ${targets.join(' ')}, but has no action, allowed: both or neither`;
      return [{ path: [...path, 'call'], message, hint: `add <action>start</action>` }];
    }
    const message = `${trigger} has the action "${action}", but calls no service, allowed: both or neither`;
    return [{ path: [...path, 'action'], message, hint: 'add <call> with the id of a task service' }];
  });
}

export function targetsExist(context: LenientContext): readonly Finding[] {
  const ids = new Set(context.services.flatMap(({ id }) => id ?? []));
  const allowed = describeIds([...ids]);
  return allTriggers(context)
    .flatMap(({ trigger, targets, path }) => targets.map((target) => ({ trigger, target, path })))
    .filter(({ target }) => !ids.has(target))
    .map(({ trigger, target, path }, index): Finding => {
      const hint = index < MAX_HINTS ? didYouMean(target, ids) : undefined;
      return { path: [...path, 'call'], message: `${trigger} calls "${target}", ${allowed}`, hint };
    });
}

/** Services that start each other by on_start would do so without end. */
export function noEndlessStartLoop(context: LenientContext): readonly Finding[] {
  const edges = readEdges(context).filter(isImmediate);
  return findCycles(edges).map((cycle) => ({
    path: placeOf(cycle, edges),
    message: `services start each other without end: ${formatCycle(cycle)}`,
    hint: 'let one of them start the next by on_update or on_exit',
  }));
}

/** A loop over other triggers may be intended: it is a warning, and max_restarts bounds it at run time. */
export function noUnintendedLoop(context: LenientContext): readonly Finding[] {
  const edges = readEdges(context);
  const immediate = new Set(edges.filter(isImmediate).map(({ from, to }) => `${from} ${to}`));
  const isReportedAlready = (cycle: Cycle) =>
    cycle.every((id, index) => immediate.has(`${id} ${cycle[(index + 1) % cycle.length] ?? id}`));
  // A service that restarts itself when it fails is normal supervision.
  const isRecovery = ([id, ...more]: Cycle) =>
    more.length === 0 &&
    edges.every(({ from, to, trigger }) => from !== id || to !== id || trigger.trigger === 'on_fail');
  return findCycles(edges)
    .filter((cycle) => !isReportedAlready(cycle) && !isRecovery(cycle))
    .map((cycle) => ({
      path: placeOf(cycle, edges),
      message: `transitions form a loop: ${formatCycle(cycle)}; it runs until max_restarts is reached`,
      severity: 'warning',
    }));
}

export function onDemandServicesAreCalled(context: LenientContext): readonly Finding[] {
  const called = new Set(
    readEdges(context)
      .filter(startsTarget)
      .flatMap(({ from, to }) => (from === to ? [] : [to])),
  );
  return neverStarted(context).map(({ id, entry, path }) => {
    const who = called.has(id ?? '')
      ? 'only services that are never started call it'
      : 'no transition starts it';
    const message = `service ${id ?? ''} is on demand (${entry}), but ${who}: only a command can start it`;
    return { path: [...path, 'Task', 'state', 'type'], message, severity: 'warning' };
  });
}

export function triggersCanFire(context: LenientContext): readonly Finding[] {
  return neverStarted(context).flatMap(({ id, triggers }) =>
    triggers
      .filter(({ action, targets }) => action !== '' && targets.length > 0)
      .map(({ trigger, path }) => ({
        path: [...path, 'action'],
        message: `${trigger} cannot fire: only a command can start service ${id ?? ''}`,
        severity: 'warning',
      })),
  );
}

interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly action: string;
  readonly trigger: LenientTrigger;
}

function readEdges({ services }: LenientContext): readonly PlacedEdge[] {
  const ids = new Set(services.map(({ id }) => id));
  return services.flatMap(({ id, triggers }) =>
    triggers.flatMap((trigger) =>
      trigger.targets
        .filter((to) => id !== undefined && ids.has(to) && trigger.action !== '')
        .map((to) => ({ from: id ?? '', to, action: trigger.action, trigger })),
    ),
  );
}

function isImmediate({ action, trigger }: PlacedEdge): boolean {
  return action === 'start' && trigger.trigger === 'on_start';
}

function startsTarget({ action }: PlacedEdge): boolean {
  return action === 'start' || action === 'restart';
}

/** Services on demand that no chain of transitions reaches from a service that starts with the transaction. */
function neverStarted(context: LenientContext): readonly LenientService[] {
  const isAtStart = ({ entry }: LenientService) =>
    isEntryAtStart(entry) || !ENTRY_ACTIONS.some((known) => known === entry);
  const starts = context.services.filter(isAtStart).flatMap(({ id }) => id ?? []);
  const reached = reachableFrom(starts, readEdges(context).filter(startsTarget));
  return context.services.filter((service) => !isAtStart(service) && !reached.has(service.id ?? ''));
}

/** A loop is reported at the <call> from its first service to its second. */
function placeOf(cycle: Cycle, edges: readonly PlacedEdge[]) {
  const [from, to = from] = cycle;
  const edge = edges.find((other) => other.from === from && other.to === to);
  return edge === undefined ? [] : [...edge.trigger.path, 'call'];
}

function allTriggers({ services }: LenientContext): readonly LenientTrigger[] {
  return services.flatMap(({ triggers }) => triggers);
}

function describeIds(ids: readonly string[]): string {
  return `allowed: ${ids.length === 0 ? 'nothing, for no service has an id' : formatList(ids)}`;
}
