// Converts a meta file to a checked request for all its services. Reports all faults at once, with lines.

import { isAbsolute, join, relative, sep } from 'node:path';
import { invalidFile, type Fault, type ValuePath } from '../xml/fault.js';
import type { MetaContext, MetaService } from '../model/read/meta-context.js';
import { checkFields, type Fields } from './read-request.js';
import type { ContextRequest, ScaffoldRequest, ServiceRequest } from './request.js';

/** Throws CTX_INVALID for values that cannot be written, such as a class with the name `class`. */
export function requestOf(meta: MetaContext): ScaffoldRequest {
  const faults = [
    ...faultsOf(meta, contextFields(meta), []),
    ...meta.services.flatMap((service, at) => faultsOf(meta, serviceFields(service), ['Service', at])),
  ];
  if (faults.length > 0) throw invalidFile(meta.path, faults);
  const { servicePath, homePath = servicePath } = meta;
  const context = composeContext(meta);
  return {
    servicePath,
    homePath,
    context,
    services: meta.services.map((each) => composeService(each, meta)),
  };
}

function composeContext(meta: MetaContext): ContextRequest {
  return {
    contextName: meta.contextName,
    contextId: meta.hasContextId ? meta.contextId : undefined,
    serverIp: withoutBrackets(meta.serverIp),
    subPort: String(meta.subPort),
    pubPort: String(meta.pubPort),
  };
}

function composeService(service: MetaService, meta: MetaContext): ServiceRequest {
  const { servicePath, homePath = servicePath } = meta;
  const {
    taskService,
    taskFile = taskService,
    taskClass,
    serviceName,
    taskId,
    deviceAction,
    entry,
    taskType,
    topic,
  } = service;
  const { location = join(servicePath, 'services'), description, states } = service;
  return {
    ...{ taskService, taskFile, taskClass, serviceName, taskId, deviceAction, entry, taskType, topic },
    // One line, because it is written to comments and logs.
    description: description.replace(/\s+/g, ' '),
    location: relativeLocation(homePath, location),
    transitions: Object.fromEntries(states.map(({ trigger, action, call }) => [trigger, { action, call }])),
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

function contextFields(meta: MetaContext): Fields {
  const { contextName, serverIp, subPort, pubPort } = composeContext(meta);
  return { context_name: contextName, server_ip: serverIp, sub_port: subPort, pub_port: pubPort };
}

function serviceFields(service: MetaService): Fields {
  return {
    task_service: service.taskService,
    task_file: service.taskFile,
    task_class: service.taskClass,
    task_desc: service.description,
    service_name: service.serviceName,
    task_id: service.taskId,
    device_action: service.deviceAction,
    location: service.location,
  };
}

/** Removes the brackets of an IPv6 address. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
