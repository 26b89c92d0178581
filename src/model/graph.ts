// The transition graph: which task service acts on which, its loops, and reachability.

import type { ContextConfiguration, TransitionAction, Trigger } from './context.js';
import { startsWithTransaction, transitionsOf } from './context.js';

export interface GraphNode {
  readonly id: string;
  readonly instance: string;
  /** False for a service on demand. */
  readonly isEntry: boolean;
}
export interface Edge {
  readonly from: string;
  readonly to: string;
}
export interface GraphEdge extends Edge {
  readonly trigger: Trigger;
  readonly action: TransitionAction;
}
export interface TransitionGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The ids along a loop; the last one leads back to the first. */
export type Cycle = readonly string[];

/** The most loops that are reported; their number can grow exponentially with the edges. */
export const MAX_CYCLES = 20;

export function readGraph(configuration: ContextConfiguration): TransitionGraph {
  const services = configuration.TaskService;
  return {
    nodes: services.map((service) => ({
      id: service.id,
      instance: service.instance,
      isEntry: startsWithTransaction(service),
    })),
    edges: services.flatMap((service) =>
      transitionsOf(service).flatMap(({ trigger, action, targets }) =>
        targets.map((to) => ({ from: service.id, to, trigger, action })),
      ),
    ),
  };
}

/** Returns a shortest loop through every edge that is part of a loop, up to MAX_CYCLES. */
export function findCycles(edges: readonly Edge[]): readonly Cycle[] {
  const next = adjacency(edges);
  const groupOf = stronglyConnected(next);
  const covered = new Set<string>();
  const cycles: Cycle[] = [];
  for (const { from, to } of edges) {
    if (cycles.length >= MAX_CYCLES) break;
    if (groupOf.get(from) !== groupOf.get(to) || covered.has(edgeKey(from, to))) continue;
    const cycle = [from, ...shortestPath(next, to, from).slice(0, -1)];
    cycle.forEach((id, index) => covered.add(edgeKey(id, cycle[(index + 1) % cycle.length] ?? id)));
    cycles.push(cycle);
  }
  return cycles;
}

/** ts_1 -> ts_2 -> ts_1 */
export function formatCycle(cycle: Cycle): string {
  return [...cycle, ...cycle.slice(0, 1)].join(' -> ');
}

/** Returns all ids that are reachable from `starts`, including these. */
export function reachableFrom(starts: readonly string[], edges: readonly Edge[]): ReadonlySet<string> {
  const next = adjacency(edges);
  const reached = new Set(starts);
  for (const id of reached) next.get(id)?.forEach((to) => reached.add(to));
  return reached;
}

function adjacency(edges: readonly Edge[]): ReadonlyMap<string, ReadonlySet<string>> {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    const targets = next.get(from);
    if (targets === undefined) next.set(from, new Set([to]));
    else targets.add(to);
  }
  return next;
}

function edgeKey(from: string, to: string): string {
  return `${from} ${to}`;
}

/** Returns the path from `start` to `goal`, both included. `goal` must be reachable. */
function shortestPath(
  next: ReadonlyMap<string, ReadonlySet<string>>,
  start: string,
  goal: string,
): readonly string[] {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
  for (const id of cameFrom.keys()) {
    if (id === goal) break;
    next.get(id)?.forEach((to) => cameFrom.has(to) || cameFrom.set(to, id));
  }
  const path: string[] = [];
  for (let id: string | undefined = goal; id !== undefined; id = cameFrom.get(id)) path.unshift(id);
  return path;
}

/**
 * Returns the strongly connected components (Tarjan's algorithm). Uses its own stack, so that a chain of thousands of
 * services does not overflow the call stack.
 */
function stronglyConnected(next: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, number> {
  const search: Search = { next, order: new Map(), lowest: new Map(), pending: [], groupOf: new Map() };
  for (const id of next.keys()) if (!search.order.has(id)) visit(search, id);
  return search.groupOf;
}

interface Search {
  readonly next: ReadonlyMap<string, ReadonlySet<string>>;
  readonly order: Map<string, number>;
  readonly lowest: Map<string, number>;
  readonly pending: string[];
  readonly groupOf: Map<string, number>;
}

function visit(search: Search, start: string): void {
  const trail = [enter(search, start)];
  for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
    const { value: to, done } = step.targets.next();
    if (done !== true) {
      if (!search.order.has(to)) trail.push(enter(search, to));
      else if (!search.groupOf.has(to)) lower(search, step.id, search.order.get(to));
      continue;
    }
    trail.pop();
    leave(search, step.id);
    const parent = trail.at(-1);
    if (parent !== undefined) lower(search, parent.id, search.lowest.get(step.id));
  }
}

function enter(search: Search, id: string) {
  const number = search.order.size;
  search.order.set(id, number);
  search.lowest.set(id, number);
  search.pending.push(id);
  return { id, targets: (search.next.get(id) ?? new Set<string>()).values() };
}

function lower(search: Search, id: string, value = Infinity): void {
  search.lowest.set(id, Math.min(search.lowest.get(id) ?? Infinity, value));
}

function leave(search: Search, id: string): void {
  const own = search.order.get(id);
  if (own === undefined || search.lowest.get(id) !== own) return;
  for (let member = search.pending.pop(); member !== undefined; member = search.pending.pop()) {
    search.groupOf.set(member, own);
    if (member === id) break;
  }
}
