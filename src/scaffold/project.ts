// A new project: what is asked for, as a request for its first task service and the files around it.

import { ContextdError } from '../base/errors.js';
import { IDENTIFIER_RULE, isIdentifier } from './escape.js';
import { checkFields, readRequest, type FieldFault, type Fields } from './read-request.js';
import type { ScaffoldRequest } from './request.js';

export interface ProjectFields {
  /** Of the project: names its folder and its context. */
  readonly name: string;
  readonly task_service: string;
  readonly sub_port: string;
  readonly pub_port: string;
  /** What npm is to install as contextd. */
  readonly contextd: string;
}

/** The fields of the first service, as create_service takes them; throws TPL_NAME_INVALID. */
export function fieldsOf(project: ProjectFields): Fields {
  const { name, task_service: service, sub_port, pub_port } = project;
  if (!isIdentifier(name)) {
    const message = `${JSON.stringify(name)} cannot be the name of a project`;
    throw new ContextdError('TPL_NAME_INVALID', message, { hint: `use ${IDENTIFIER_RULE}` });
  }
  return {
    service_path: name,
    context_name: name,
    server_ip: '127.0.0.1',
    sub_port,
    pub_port,
    task_service: service,
    task_class: `${service}Task`,
    task_desc: 'Counts its steps, until you let it do something else',
    service_name: service.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase(),
    task_id: 'ts_1',
    device_action: 'step',
  };
}

export function checkProject(project: ProjectFields): readonly FieldFault[] {
  // The class is made from the service, so its faults are the service's.
  return checkFields(fieldsOf(project)).filter(({ field }) => field !== 'task_class');
}

/** Of fields that were checked; the project is made below `folder`. */
export function readProject(project: ProjectFields, folder: string): ScaffoldRequest {
  return { ...readRequest(fieldsOf(project), folder), project: { contextd: project.contextd } };
}
