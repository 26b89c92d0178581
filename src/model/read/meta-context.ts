// A meta file -> the services to be scaffolded, or one error that tells all its faults.

import { dirname, resolve } from 'node:path';
import { runMetaChecks } from '../checks/meta.js';
import { DEFAULT_CONTEXT_ID, TRIGGERS, type Entry, type TransitionAction, type Trigger } from '../context.js';
import { invalidFile, isError, type Fault, type Position, type ValuePath } from '../../xml/fault.js';
import { META_LISTS, META_ROOT, META_SHAPE } from '../meta-shape.js';
import {
  readLenientMeta,
  type LenientMeta,
  type LenientMetaService,
  type Texts,
} from '../meta-lenient-view.js';
import { checkElements } from '../../xml/element-schema.js';
import { elementsToJson, toFaults } from '../../xml/to-json.js';
import { readXml } from '../../xml/xml.js';
import { readTextFile } from '../../xml/source.js';

export type TaskType = 'Looped' | 'Single';

export interface MetaState {
  readonly trigger: Trigger;
  /** Blank: nothing follows. */
  readonly action: TransitionAction | '';
  /** Service ids, separated by blanks. */
  readonly call: string;
}

export interface MetaService {
  /** The instance: names the folder and the files. */
  readonly taskService: string;
  /** Names the file with the task class; left out: the instance. */
  readonly taskFile?: string;
  readonly taskClass: string;
  readonly description: string;
  readonly serviceName: string;
  readonly taskId: string;
  readonly deviceAction: string;
  readonly topic: string;
  /** Absolute; in the file relative to it. */
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
  /** False where the id above is the default. */
  readonly hasContextId: boolean;
  readonly serverIp: string;
  readonly subPort: number;
  readonly pubPort: number;
  /** Absolute; in the file relative to it. */
  readonly servicePath: string;
  readonly homePath: string | undefined;
  readonly services: readonly MetaService[];
  readonly warnings: readonly Fault[];
  /** Where in the file a value stands, such as that at `['Service', 3, 'task_id']`. */
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
  const meta = readLenientMeta(wire.value);
  const form = checkElements(root, META_ROOT, META_SHAPE);
  const findings = root.name === META_ROOT ? [...form, ...runMetaChecks(meta)] : form;
  const faults = toFaults(findings, wire);
  if (findings.some(isError)) {
    throw invalidFile(
      absolute,
      faults.filter(({ severity }) => severity === 'error'),
    );
  }
  return { ...composeMeta(meta, absolute), warnings: faults, positionOf: wire.positionOf };
}

/** The outline has passed all checks: the casts below restate what they have shown. */
function composeMeta(
  { texts, services }: LenientMeta,
  path: string,
): Omit<MetaContext, 'warnings' | 'positionOf'> {
  const folder = dirname(path);
  const homePath = textOf(texts, 'home_path');
  return {
    path,
    contextName: textOf(texts, 'context_name'),
    contextId: textOf(texts, 'context_id', DEFAULT_CONTEXT_ID),
    hasContextId: textOf(texts, 'context_id') !== '',
    serverIp: textOf(texts, 'server_ip'),
    subPort: Number(textOf(texts, 'sub_port')),
    pubPort: Number(textOf(texts, 'pub_port')),
    servicePath: resolve(folder, textOf(texts, 'service_path')),
    homePath: homePath === '' ? undefined : resolve(folder, homePath),
    services: services.map((service) => composeService(service, folder)),
  };
}

function composeService({ texts, states }: LenientMetaService, folder: string): MetaService {
  const location = textOf(texts, 'location');
  const taskFile = textOf(texts, 'task_file');
  return {
    taskService: textOf(texts, 'task_service'),
    ...(taskFile === '' ? {} : { taskFile }),
    taskClass: textOf(texts, 'task_class'),
    description: textOf(texts, 'task_desc'),
    serviceName: textOf(texts, 'service_name'),
    taskId: textOf(texts, 'task_id'),
    deviceAction: textOf(texts, 'device_action'),
    topic: textOf(texts, 'task_topic', 'process'),
    ...(location === '' ? {} : { location: resolve(folder, location) }),
    entry: textOf(texts, 'entry_action', 'on_start') as Entry,
    taskType: textOf(texts, 'task_type', 'Looped') as TaskType,
    states: TRIGGERS.map((trigger) => {
      const state = states.find((other) => other.trigger === trigger);
      return { trigger, action: (state?.action ?? '') as TransitionAction | '', call: state?.call ?? '' };
    }),
  };
}

function textOf(texts: Texts, key: string, fallback = ''): string {
  const text = texts.get(key) ?? '';
  return text === '' ? fallback : text;
}
