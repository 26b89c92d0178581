// Plans the removal of a task service from a context file.

import { ContextdError } from '../base/errors.js';
import { TRIGGERS } from '../model/context.js';
import { childOf, removeElement, valueIn } from '../xml/edit.js';
import { readXml, type XmlElement } from '../xml/xml.js';
import type { FileChange } from './change.js';
import { servicesOf } from './existing-services.js';

/** Throws TPL_CONFLICT if the file has no such service, or if a transition of another service calls it. */
export function planRemoval(path: string, before: string, id: string): FileChange {
  const services = servicesOf(readXml(before, path));
  const found = services.find((each) => each.id === id);
  if (found === undefined) {
    const known = services.map((each) => each.id).join(', ');
    throw new ContextdError('TPL_CONFLICT', `${path}: there is no service ${id}`, {
      hint: known === '' ? 'the file has no services' : `its services: ${known}`,
    });
  }
  const callers = services.filter((each) => each !== found).flatMap(({ element }) => callsOf(element, id));
  if (callers.length > 0) {
    const lines = callers.map(({ line }) => `${path}:${line}`).join(', ');
    throw new ContextdError('TPL_CONFLICT', `transitions of other services call ${id}: ${lines}`, {
      hint: 'change them first; nothing was written',
    });
  }
  return { path, before, after: removeElement(before, found.element), kind: 'update' };
}

/** The elements of a service that call the service with this id. */
function callsOf(service: XmlElement, id: string): readonly XmlElement[] {
  const state = childOf(service, 'Task', 'state');
  return TRIGGERS.flatMap((trigger) => {
    const transition = childOf(state, trigger);
    const targets = valueIn(transition, 'call')?.split(/\s+/) ?? [];
    return transition !== undefined && targets.includes(id) ? [transition] : [];
  });
}
