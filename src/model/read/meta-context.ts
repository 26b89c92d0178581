// Reads a meta file: the services to scaffold, or one error that lists all its faults.

import { dirname, resolve } from 'node:path';
import { runMetaChecks } from '../checks/meta.js';
import { DEFAULT_CONTEXT_ID, TRIGGERS, type Entry, type TransitionAction, type Trigger } from '../context.js';
import { invalidFile, isError, type Fault, type Position, type ValuePath } from '../../xml/fault.js';
import { combineFindings } from '../findings.js';
import { metaSchema, type TASK_TYPES, type MetaServiceText, type MetaText } from '../meta.js';
import { deriveElementSchema } from '../derive-element-schema.js';
import { readLenientMeta } from '../meta-lenient-view.js';
import { checkElements } from '../../xml/element-schema.js';
import { elementsToJson, toFaults } from '../../xml/to-json.js';
import { readXml } from '../../xml/xml.js';
import { readTextFile } from '../../xml/source.js';

export type TaskType = (typeof TASK_TYPES)[number];

const META_ROOT = 'MetaServiceConf';

/** Paths of elements that are lists, however many there are. */
const META_LISTS = ['Service', 'Service/state'];

export interface MetaState {
  readonly trigger: Trigger;
  /** Blank for no action. */
  readonly action: TransitionAction | '';
  /** Service ids, separated by blanks. */
  readonly call: string;
}

export interface MetaService {
  /** The instance, which is also the name of the folder and the files. */
  readonly taskService: string;
  /** The name of the file with the task class; the instance if left out. */
  readonly taskFile?: string;
  readonly taskClass: string;
  readonly description: string;
  readonly serviceName: string;
  readonly taskId: string;
  readonly deviceAction: string;
  readonly topic: string;
  /** Absolute. In the file it is relative to the file. */
  readonly location?: string;
  readonly entry: Entry;
  readonly taskType: TaskType;
  /** One per trigger, in the order of TRIGGERS. */
  readonly states: readonly MetaState[];
}

export interface MetaContext {
  /** Absolute. */
  readonly path: string;
  readonly contextName: string;
  readonly contextId: string;
  /** False if `contextId` is the default. */
  readonly hasContextId: boolean;
  readonly serverIp: string;
  readonly subPort: number;
  readonly pubPort: number;
  /** Absolute. In the file it is relative to the file. */
  readonly servicePath: string;
  readonly homePath: string | undefined;
  readonly services: readonly MetaService[];
  readonly warnings: readonly Fault[];
  /** The position of a value in the file, such as `['Service', 3, 'task_id']`. */
  positionOf(path: ValuePath): Position;
}

/** Throws XML_UNREADABLE, XML_MALFORMED or CTX_INVALID; the latter lists every fault of the file. */
export async function readMetaContextFile(path: string): Promise<MetaContext> {
  const absolute = resolve(path);
  return readMetaContext(await readTextFile(absolute, /^Services-.*\.xml$/i), absolute);
}

export function readMetaContext(text: string, path: string): MetaContext {
  const absolute = resolve(path);
  const root = readXml(text, absolute);
  const wire = elementsToJson(root, { lists: META_LISTS });
  const form = checkElements(root, META_ROOT, deriveElementSchema(metaSchema));
  const parsed = metaSchema.safeParse(wire.value);
  const check = () => runMetaChecks(readLenientMeta(wire.value));
  const isMeta = root.name === META_ROOT;
  const findings = isMeta ? combineFindings({ form, error: parsed.error, value: wire.value, check }) : form;
  const faults = toFaults(findings, wire);
  if (findings.some(isError) || parsed.data === undefined) {
    throw invalidFile(
      absolute,
      faults.filter(({ severity }) => severity === 'error'),
    );
  }
  return { ...composeMeta(parsed.data, absolute), warnings: faults, positionOf: wire.positionOf };
}

function composeMeta(meta: MetaText, path: string): Omit<MetaContext, 'warnings' | 'positionOf'> {
  const folder = dirname(path);
  return {
    path,
    contextName: meta.context_name,
    contextId: meta.context_id || DEFAULT_CONTEXT_ID,
    hasContextId: meta.context_id !== '',
    serverIp: meta.server_ip,
    subPort: Number(meta.sub_port),
    pubPort: Number(meta.pub_port),
    servicePath: resolve(folder, meta.service_path),
    homePath: meta.home_path === '' ? undefined : resolve(folder, meta.home_path),
    services: meta.Service.map((service) => composeService(service, folder)),
  };
}

function composeService(service: MetaServiceText, folder: string): MetaService {
  const { task_file: taskFile, location } = service;
  return {
    taskService: service.task_service,
    ...(taskFile === '' ? {} : { taskFile }),
    taskClass: service.task_class,
    description: service.task_desc,
    serviceName: service.service_name,
    taskId: service.task_id,
    deviceAction: service.device_action,
    topic: service.task_topic || 'process',
    ...(location === '' ? {} : { location: resolve(folder, location) }),
    entry: service.entry_action,
    taskType: service.task_type,
    states: TRIGGERS.map((trigger) => {
      const state = service.state.find((other) => other.trigger === trigger);
      return { trigger, action: state?.action ?? '', call: state?.state_id ?? '' };
    }),
  };
}
