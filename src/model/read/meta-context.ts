// Reads a meta file: the services to scaffold, or one error that lists all its faults.

import { resolve } from 'node:path';
import { runMetaChecks } from '../checks/meta.js';
import { invalidFile, isError, type Fault, type Position, type ValuePath } from '../../xml/fault.js';
import { combineFindings } from '../findings.js';
import { metaSchema, type MetaText } from '../meta.js';
import { deriveElementSchema } from '../derive-element-schema.js';
import { readLenientMeta } from '../meta-lenient-view.js';
import { checkElements } from '../../xml/element-schema.js';
import { elementsToJson, toFaults } from '../../xml/to-json.js';
import { readXml } from '../../xml/xml.js';
import { readTextFile } from '../../xml/source.js';

const META_ROOT = 'MetaServiceConf';

/** Paths of elements that are lists, however many there are. */
const META_LISTS = ['Service', 'Service/state'];

export interface MetaContext {
  /** Absolute. */
  readonly path: string;
  /** Relative paths in them are relative to the file. */
  readonly values: MetaText;
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
  return { path: absolute, values: parsed.data, warnings: faults, positionOf: wire.positionOf };
}
