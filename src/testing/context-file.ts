// Reads the context of a test from a file or from descriptions of services, and gives it free ports.

import { join } from 'node:path';
import { DEFAULT_CONTEXT_ID, type ContextConfiguration } from '../model/context.js';
import { readContextFile, type ContextFile } from '../model/read/read-context.js';
import { parseContextConfiguration } from '../model/read/parse-context.js';
import { valuesToText, composeService, type ServiceSketch } from './service-sketch.js';

/** Either a context file or services. */
export interface ContextSource {
  /** The path of a context file. */
  readonly file?: string;
  readonly services?: readonly ServiceSketch[];
  /** Elements of `<configuration>` by service id, instead of the values there: `{ ts_1: { every_s: 0.1 } }`. */
  readonly configuration?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const FREE_PORTS = {
  FrontEndEndpoint: 'tcp://127.0.0.1:*',
  BackendEndpoint: 'tcp://127.0.0.1:*',
  FrontBind: 'tcp://127.0.0.1:*',
  BackendBind: 'tcp://127.0.0.1:*',
};

/** Valid ports: a context must name some until it is bound. */
const SOME_PORTS = {
  FrontEndEndpoint: 'tcp://127.0.0.1:5556',
  BackendEndpoint: 'tcp://127.0.0.1:5557',
  FrontBind: 'tcp://127.0.0.1:5557',
  BackendBind: 'tcp://127.0.0.1:5556',
};

/** `folder` is the folder of a context without a file. Throws what reading a file throws, and CTX_INVALID. */
export async function readSource(source: ContextSource, folder: string): Promise<ContextFile> {
  const { file: path, services = [], configuration = {} } = source;
  const file = path === undefined ? sketchFile(folder, services) : await readContextFile(path);
  const known = file.configuration.TaskService.map(({ id }) => String(id));
  const unknown = Object.keys(configuration).filter((id) => !known.includes(id));
  if (unknown.length > 0)
    throw new TypeError(`configuration: no service ${unknown.join(', ')}; there are ${known.join(', ')}`);
  const { folder: own, path: from, warnings } = file;
  // Without its <Security>: a test does not have its keys, and its provider can only be reached from this machine.
  return {
    path: from,
    folder: own,
    warnings,
    configuration: { ...configure(file.configuration, configuration), ...FREE_PORTS },
  };
}

/** The same checks as those of a file. */
function sketchFile(folder: string, services: readonly ServiceSketch[]): ContextFile {
  const configuration = parseContextConfiguration({
    ...SOME_PORTS,
    ContextID: DEFAULT_CONTEXT_ID,
    TaskLogName: 'Test',
    TaskService: services.map(composeService),
  });
  return { path: join(folder, 'conf', 'Context-Test.xml'), folder, configuration, warnings: [] };
}

function configure(
  context: ContextConfiguration,
  changes: NonNullable<ContextSource['configuration']>,
): ContextConfiguration {
  const services = context.TaskService.map((service) => {
    const changed = structuredClone(service);
    Object.assign(changed.Task.message.content.configuration, valuesToText(changes[service.id] ?? {}));
    return changed;
  });
  return { ...context, TaskService: services };
}
