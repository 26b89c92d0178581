// Reads a context file: its configuration, or one error that lists all its faults.

import { basename, dirname, resolve } from 'node:path';
import { contextFileSchema, type ContextConfiguration } from '../context.js';
import { deriveElementSchema } from '../derive-element-schema.js';
import { invalidFile, type Fault } from '../../xml/fault.js';
import { validateConfiguration } from './parse-context.js';
import { resolvePaths } from './resolve-paths.js';
import { parseSecurity, type SecuritySettings } from '../security.js';
import { checkElements } from '../../xml/element-schema.js';
import { elementsToJson, toFaults, type JsonForm } from '../../xml/to-json.js';
import { readXml } from '../../xml/xml.js';
import { readTextFile } from '../../xml/source.js';

const CONTEXT_ROOT = 'Context';

const CONFIGURATION = 'TaskService/Task/message/content/configuration';

/** Arguments and variables reach a program or a service exactly as they are in the file. */
const CONTEXT_FORM: JsonForm = {
  lists: ['TaskService', 'TaskService/Task/supervision/limit', 'Security/Client'],
  exact: [`${CONFIGURATION}/command/arg`, `${CONFIGURATION}/command/env/*`, `${CONFIGURATION}/env/*`],
};

export interface ContextFile {
  /** Absolute. */
  readonly path: string;
  /** The context folder: the parent of the file's folder if that is called conf, else the file's folder. */
  readonly folder: string;
  /** Without <Security>, which must never be sent or stored. */
  readonly configuration: ContextConfiguration;
  /** Left out when the file has no <Security>. */
  readonly security?: SecuritySettings;
  readonly warnings: readonly Fault[];
}

/** Throws XML_UNREADABLE, XML_MALFORMED or CTX_INVALID; the latter lists every fault of the file. */
export async function readContextFile(path: string): Promise<ContextFile> {
  const absolute = resolve(path);
  return readContext(await readTextFile(absolute, /^Context-.*\.xml$/i), absolute);
}

/** Reads the elements, adds the defaults and runs the checks. `path` is the path of the file. */
export function readContext(text: string, path: string): ContextFile {
  const absolute = resolve(path);
  const root = readXml(text, absolute);
  const wire = elementsToJson(root, CONTEXT_FORM);
  const form = checkElements(root, CONTEXT_ROOT, deriveElementSchema(contextFileSchema));
  const isContext = root.name === CONTEXT_ROOT;
  const { configuration, findings } = isContext
    ? validateConfiguration(wire.value, form)
    : { configuration: undefined, findings: form };
  const faults = toFaults(findings, wire);
  if (configuration === undefined) {
    throw invalidFile(
      absolute,
      faults.filter(({ severity }) => severity === 'error'),
    );
  }
  const folder = contextFolder(absolute);
  const security = parseSecurity(wire.value.Security, dirname(absolute));
  return {
    path: absolute,
    folder,
    configuration: resolvePaths(configuration, folder),
    ...(security === undefined ? {} : { security }),
    warnings: faults,
  };
}

export function contextFolder(path: string): string {
  const folder = dirname(path);
  return basename(folder).toLowerCase() === 'conf' ? dirname(folder) : folder;
}
