// Converts a meta file to a checked request for all its services. Reports all faults at once, with lines.

import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { TRIGGERS } from '../model/context.js';
import type { MetaServiceText } from '../model/meta.js';
import type { MetaContext } from '../model/read/meta-context.js';
import { invalidFile, type Fault, type ValuePath } from '../xml/fault.js';
import { checkFields, readContextFields, readServiceFields, type Fields } from './read-request.js';
import type { ScaffoldRequest, ServiceRequest } from './request.js';

interface Folders {
  /** The folder of the meta file. */
  readonly folder: string;
  readonly servicePath: string;
  readonly homePath: string;
}

/** Throws CTX_INVALID for values that cannot be written, such as a class with the name `class`. */
export function requestOf(meta: MetaContext): ScaffoldRequest {
  const { values, path } = meta;
  const context = contextFields(meta);
  const faults = [
    ...faultsOf(meta, context, []),
    ...values.Service.flatMap((service, at) => faultsOf(meta, serviceFields(service), ['Service', at])),
  ];
  if (faults.length > 0) throw invalidFile(path, faults);
  const folder = dirname(path);
  const servicePath = resolve(folder, values.service_path);
  const homePath = values.home_path === '' ? servicePath : resolve(folder, values.home_path);
  return {
    servicePath,
    homePath,
    context: readContextFields(context),
    services: values.Service.map((each) => composeService(each, { folder, servicePath, homePath })),
  };
}

function composeService(
  service: MetaServiceText,
  { folder, servicePath, homePath }: Folders,
): ServiceRequest {
  const location =
    service.location === '' ? join(servicePath, 'services') : resolve(folder, service.location);
  const transitions = TRIGGERS.map((trigger) => {
    const state = service.state.find((other) => other.trigger === trigger);
    return [trigger, { action: state?.action ?? '', call: state?.state_id ?? '' }] as const;
  });
  const fields = { ...serviceFields(service), location: relativeLocation(homePath, location) };
  return {
    ...readServiceFields(fields, ''),
    topic: service.task_topic || 'process',
    transitions: Object.fromEntries(transitions),
  };
}

/** A location below the context folder is relative, so that the folder can be moved. */
function relativeLocation(home: string, location: string): string {
  const near = relative(home, location);
  const isOutside = near === '..' || near.startsWith(`..${sep}`) || isAbsolute(near);
  return isOutside ? location : near.split(sep).join('/') || '.';
}

function faultsOf(meta: MetaContext, fields: Fields, path: ValuePath): readonly Fault[] {
  return checkFields(fields).map(({ field, message, hint }) => {
    const position = meta.positionOf([...path, field]);
    return { ...position, message: `${field} ${message}`, hint, severity: 'error' };
  });
}

function contextFields({ values }: MetaContext): Fields {
  const { context_name, context_id, sub_port, pub_port } = values;
  // An IPv6 address has no brackets in a request.
  const server_ip = values.server_ip.replace(/^\[(.*)\]$/, '$1');
  return { context_name, context_id: context_id || undefined, server_ip, sub_port, pub_port };
}

function serviceFields({ task_file, location, ...service }: MetaServiceText): Fields {
  return { ...service, task_file: task_file || undefined, location: location || undefined };
}
