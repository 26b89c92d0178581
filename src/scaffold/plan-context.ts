// Plans the change of a context file: task services are added, existing content is never changed.

import { TRIGGERS } from '../model/context.js';
import { readXml, type XmlElement } from '../xml/xml.js';
import type { FileChange } from './change.js';
import { renderContext, renderTaskService, type Templates } from './render.js';
import {
  DEFAULT_CONTEXT_ID,
  endpointsOf,
  type ContextRequest,
  type ScaffoldRequest,
  type ServiceRequest,
} from './request.js';
import { addTaskServices, childOf, valueIn } from '../xml/edit.js';
import { servicesOf, type ExistingService } from './existing-services.js';

export interface ContextPlan {
  readonly change: FileChange;
  readonly contextId: string;
  /** Reasons why nothing may be written, with file and line. */
  readonly conflicts: readonly string[];
}

interface ServiceEntry {
  readonly id: string;
  readonly instance: string;
  /** Undefined for a service to add. */
  readonly existing: ExistingService | undefined;
}

/** Collected while the services are placed. */
interface Findings {
  readonly path: string;
  /** Services of the file first, then those to add. */
  readonly entries: ServiceEntry[];
  readonly added: ServiceRequest[];
  readonly conflicts: string[];
  readonly differences: string[];
}

/** `before` is the present text of the file at `path`; undefined if it does not exist. */
export function planContext(
  templates: Templates,
  request: ScaffoldRequest,
  path: string,
  before: string | undefined,
): ContextPlan {
  const text = before ?? renderContext(templates, request.context);
  const root = readXml(text, path);
  const conflicts = [...contextConflicts(root, request.context, path)];
  const findings: Findings = {
    path,
    entries: servicesOf(root).map((existing) => ({ ...existing, existing })),
    added: [],
    conflicts,
    differences: [],
  };
  if (conflicts.length === 0) for (const service of request.services) placeService(service, findings);
  const blocks = findings.added.map((service) => renderTaskService(templates, service));
  const after = blocks.length === 0 ? text : addTaskServices(text, path, blocks).text;
  return {
    change: composeChange(path, before, after, findings.differences),
    contextId: valueIn(root, 'ContextID') ?? DEFAULT_CONTEXT_ID,
    conflicts,
  };
}

/** `differences`: values of existing services that differ from the request. */
function composeChange(
  path: string,
  before: string | undefined,
  after: string,
  differences: readonly string[],
): FileChange {
  if (before === undefined) return { path, before, after, kind: 'create' };
  const isUpdated = before !== after;
  if (differences.length === 0) return { path, before, after, kind: isUpdated ? 'update' : 'unchanged' };
  const note = `keeps its values: ${differences.join('; ')}`;
  return { path, before, after, kind: isUpdated ? 'update' : 'kept', note };
}

function contextConflicts(root: XmlElement, context: ContextRequest, path: string): readonly string[] {
  if (root.name !== 'Context') {
    return [`${path}:${root.line}: the root element is <${root.name}>, not <Context>`];
  }
  const { sub, pub } = endpointsOf(context);
  const wanted = [
    { name: 'FrontEndEndpoint', value: sub, from: 'server_ip and sub_port say', fallback: undefined },
    { name: 'BackendEndpoint', value: pub, from: 'server_ip and pub_port say', fallback: undefined },
    { name: 'ContextID', value: context.contextId, from: 'context_id says', fallback: DEFAULT_CONTEXT_ID },
  ];
  return wanted.flatMap(({ name, value, from, fallback }) => {
    const found = valueIn(root, name) ?? fallback;
    if (value === undefined || found === value) return [];
    const line = (childOf(root, name) ?? root).line;
    const there = found === undefined ? `there is no ${name}` : `${name} is '${found}'`;
    return [`${path}:${line}: ${there}, but ${from} '${value}'`];
  });
}

/** Compares the service with an existing one, reports a conflict of id or instance, or adds it. */
function placeService(service: ServiceRequest, findings: Findings): void {
  const { taskId: id, taskService: instance } = service;
  const { path, entries, conflicts } = findings;
  const idEntry = entries.find((entry) => entry.id === id);
  const entry = idEntry ?? entries.find((other) => other.instance === instance);
  const existing = entry?.existing;
  const where = existing === undefined ? path : `${path}:${existing.element.line}`;
  if (entry === undefined) {
    findings.entries.push({ id, instance, existing });
    findings.added.push(service);
  } else if (entry.id === id && entry.instance === instance) {
    if (existing === undefined) conflicts.push(`${where}: the id ${id} is requested twice`);
    else compareService(existing, service, findings);
  } else if (idEntry !== undefined) {
    conflicts.push(`${where}: the id ${id} is taken by the instance '${entry.instance}'`);
  } else {
    conflicts.push(`${where}: the instance ${instance} exists with the id '${entry.id}'`);
  }
}

/** Existing values are the user's and only reported. A different service name is a conflict, because code uses it. */
function compareService(existing: ExistingService, service: ServiceRequest, findings: Findings): void {
  const { element } = existing;
  const state = childOf(element, 'Task', 'state');
  const pairs = [
    { name: 'service_name', wanted: service.serviceName, found: existing.name },
    { name: 'description', wanted: service.description, found: existing.description },
    { name: 'device_action', wanted: service.deviceAction, found: existing.deviceAction },
    { name: 'location', wanted: service.location, found: existing.location },
    { name: 'state type', wanted: service.entry, found: valueIn(state, 'type') ?? 'on_start' },
    ...TRIGGERS.flatMap((trigger) => {
      const asked = service.transitions[trigger];
      if (asked === undefined) return [];
      const there = childOf(state, trigger);
      return [
        { name: `${trigger} action`, wanted: asked.action, found: valueIn(there, 'action') },
        { name: `${trigger} call`, wanted: asked.call, found: valueIn(there, 'call') },
      ];
    }),
  ];
  for (const { name, wanted, found = '' } of pairs) {
    if (found === wanted.trim()) continue;
    const difference = `${name} '${found}', not '${wanted}'`;
    if (name === 'service_name') {
      findings.conflicts.push(`${findings.path}:${element.line}: ${service.taskId} has the ${difference}`);
    } else findings.differences.push(`${service.taskId} (line ${element.line}) has the ${difference}`);
  }
}
