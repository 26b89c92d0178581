// Checks text values of flags or elements and converts them to a request. Reports all faults at once.

import { join, resolve } from 'node:path';
import { ENTRY_ACTIONS, type Entry } from '../model/context.js';
import {
  checkClassName,
  checkFileNamePart,
  checkHost,
  checkId,
  checkInstance,
  checkLine,
  checkOneOf,
  checkPort,
  checkText,
  type Check,
} from './check-fields.js';
import {
  TASK_TYPES,
  type ContextRequest,
  type ScaffoldRequest,
  type ServiceRequest,
  type TaskType,
} from './request.js';

export const CONTEXT_FIELDS = ['service_path', 'context_name', 'server_ip', 'sub_port', 'pub_port'] as const;
export const SERVICE_FIELDS = [
  'task_service',
  'task_class',
  'task_desc',
  'service_name',
  'task_id',
  'device_action',
] as const;
export const OPTIONAL_FIELDS = [
  'home_path',
  'context_id',
  'task_file',
  'entry_action',
  'task_type',
  'location',
] as const;

type RequiredField = (typeof CONTEXT_FIELDS)[number] | (typeof SERVICE_FIELDS)[number];
export type FieldName = RequiredField | (typeof OPTIONAL_FIELDS)[number];
export type Fields = Readonly<Partial<Record<FieldName, string | undefined>>>;

export interface FieldFault {
  readonly field: FieldName;
  readonly message: string;
  readonly hint: string;
}

const CHECKS: Readonly<Record<FieldName, Check>> = {
  service_path: checkLine,
  home_path: checkLine,
  context_name: checkFileNamePart,
  context_id: checkId,
  server_ip: checkHost,
  sub_port: checkPort,
  pub_port: checkPort,
  task_service: checkInstance,
  task_file: checkInstance,
  task_class: checkClassName,
  task_desc: checkText,
  service_name: checkLine,
  task_id: checkId,
  device_action: checkLine,
  entry_action: checkOneOf(ENTRY_ACTIONS),
  task_type: checkOneOf(TASK_TYPES),
  location: checkLine,
};

/** Returns the required fields that are missing or blank. */
export function missingFields(fields: Fields): readonly RequiredField[] {
  return [...CONTEXT_FIELDS, ...SERVICE_FIELDS].filter((field) => isBlank(fields[field]));
}

/** Returns the faults of all given fields. */
export function checkFields(fields: Fields): readonly FieldFault[] {
  const names = Object.keys(CHECKS) as FieldName[];
  const faults = names.flatMap((field): readonly FieldFault[] => {
    const value = fields[field];
    if (value === undefined || (isBlank(value) && !isOptional(field))) return [];
    const fault = CHECKS[field](value);
    return fault === undefined ? [] : [{ field, ...fault }];
  });
  return [...faults, ...clashes(fields)];
}

function clashes({
  sub_port: sub,
  pub_port: pub,
  task_file: file,
  task_service: service,
}: Fields): FieldFault[] {
  const faults: FieldFault[] = [];
  if (file?.toLowerCase() === `service${service ?? ''}`.toLowerCase()) {
    const message = `${JSON.stringify(file)} is the name of the service file`;
    faults.push({ field: 'task_file', message, hint: 'use another name, such as that of the task class' });
  }
  if (sub !== undefined && sub === pub) {
    const hint = 'use different ports for subscribers and publishers';
    faults.push({ field: 'pub_port', message: `${pub} is also the sub_port`, hint });
  }
  return faults;
}

/** Call only for checked fields. Relative paths are relative to `folder`. */
export function readRequest(fields: Fields, folder: string): ScaffoldRequest {
  const servicePath = resolve(folder, fields.service_path ?? '');
  const homePath = fields.home_path === undefined ? servicePath : resolve(folder, fields.home_path);
  const location = servicePath === homePath ? 'services' : join(servicePath, 'services');
  return {
    servicePath,
    homePath,
    context: readContextFields(fields),
    services: [readServiceFields(fields, location)],
  };
}

export function readContextFields(fields: Fields): ContextRequest {
  return {
    contextName: fields.context_name ?? '',
    contextId: fields.context_id,
    serverIp: fields.server_ip ?? '',
    subPort: fields.sub_port ?? '',
    pubPort: fields.pub_port ?? '',
  };
}

/** `location` is the default. */
export function readServiceFields(fields: Fields, location: string): ServiceRequest {
  return {
    taskService: fields.task_service ?? '',
    taskFile: fields.task_file ?? fields.task_service ?? '',
    taskClass: fields.task_class ?? '',
    // One line, because it is written to comments and logs.
    description: (fields.task_desc ?? '').replace(/\s+/g, ' ').trim(),
    serviceName: (fields.service_name ?? '').trim(),
    taskId: fields.task_id ?? '',
    deviceAction: (fields.device_action ?? '').trim(),
    entry: (fields.entry_action ?? 'on_start') as Entry,
    taskType: (fields.task_type ?? 'Looped') as TaskType,
    topic: 'process',
    location: fields.location ?? location,
    restart: 'on-failure',
    transitions: {},
  };
}

function isOptional(field: FieldName): boolean {
  return OPTIONAL_FIELDS.some((name) => name === field);
}

function isBlank(value: string | undefined): boolean {
  return value === undefined || value.trim() === '';
}
