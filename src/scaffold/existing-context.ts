// Reads defaults for fields from an existing context file.

import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseTcpEndpoint } from '../bus/endpoint.js';
import { readXml, type XmlElement } from '../xml/xml.js';
import type { Fields } from './read-request.js';
import { readIfExists } from './read-state.js';
import { valueIn } from '../xml/edit.js';
import { servicesOf } from './existing-services.js';

export interface ExistingContext {
  readonly name: string;
  readonly path: string;
  readonly root: XmlElement;
}

const CONTEXT_FILE = /^Context-(.+)\.xml$/;

/** Returns the names of the contexts in `conf/`; with `context_name` only that one. */
export async function listContextNames(fields: Fields, folder: string): Promise<readonly string[]> {
  const names = await readdir(join(homeOf(fields, folder), 'conf')).catch(() => []);
  const found = names.flatMap((name) => CONTEXT_FILE.exec(name)?.[1] ?? []);
  const wanted = fields.context_name;
  return wanted === undefined ? found.toSorted() : found.filter((name) => name === wanted);
}

/** Returns the context if there is exactly one candidate. Throws XML_MALFORMED. */
export async function findContext(fields: Fields, folder: string): Promise<ExistingContext | undefined> {
  const [name, ...more] = await listContextNames(fields, folder);
  if (name === undefined || more.length > 0) return undefined;
  const path = join(homeOf(fields, folder), 'conf', `Context-${name}.xml`);
  const bytes = await readIfExists(path);
  return bytes === undefined ? undefined : { name, path, root: readXml(bytes.toString('utf8'), path) };
}

/** Returns `fields`, completed by values of the context and by defaults. */
export function completeFields(fields: Fields, { name, path, root }: ExistingContext): Fields {
  const service = servicesOf(root).find((each) => each.instance === fields.task_service);
  const words = (fields.task_service ?? '').replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();
  const known: Fields = {
    service_path: folderOf(root, path),
    home_path: dirname(dirname(path)),
    context_name: name,
    ...addressOf(root),
    ...(fields.task_service === undefined
      ? {}
      : {
          task_class: `${fields.task_service}Task`,
          task_desc: service?.description ?? `What ${words} does`,
          service_name: service?.name ?? words.replaceAll(' ', '_'),
          device_action: service?.deviceAction ?? words.split(' ')[0],
          task_id: service?.id ?? nextId(root),
        }),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...known, ...Object.fromEntries(given) };
}

export function addressOf(root: XmlElement): Pick<Fields, 'server_ip' | 'sub_port' | 'pub_port'> {
  const sub = parseTcpEndpoint(valueIn(root, 'FrontEndEndpoint') ?? '');
  const pub = parseTcpEndpoint(valueIn(root, 'BackendEndpoint') ?? '');
  if (sub === undefined || sub.host !== pub?.host) return {};
  return { server_ip: sub.host.replace(/^\[(.*)\]$/, '$1'), sub_port: sub.port, pub_port: pub.port };
}

/** Returns the service path: the parent of `conf/`, unless a <location> names another folder. */
function folderOf(root: XmlElement, path: string): string {
  const home = dirname(dirname(path));
  const location = servicesOf(root).find((each) => each.location?.endsWith('/services'))?.location;
  return location === undefined ? home : dirname(resolve(home, location));
}

/** Returns ts_102 after ts_101. */
function nextId(root: XmlElement): string {
  const numbers = servicesOf(root).flatMap(({ id }) => /^ts_(\d+)$/.exec(id)?.[1] ?? []);
  return `ts_${Math.max(0, ...numbers.map(Number)) + 1}`;
}

function homeOf({ home_path: home, service_path: path }: Fields, folder: string): string {
  return resolve(folder, home ?? path ?? '.');
}
