// Writes a configuration as a context file.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContextConfiguration } from '../../src/model/context.js';

const ATTRIBUTES = new Set(['id', 'instance', 'serviceType', 'topic', 'type']);
const LIMIT_ATTRIBUTES = new Set(['metric', 'above', 'for_s', 'event']);

/** Returns the path: `<folder>/conf/<name>`. */
export async function writeContextFile(
  folder: string,
  configuration: ContextConfiguration,
  name = 'Context-Test.xml',
): Promise<string> {
  const path = join(folder, 'conf', name);
  await mkdir(join(folder, 'conf'), { recursive: true });
  await writeFile(path, renderElement('Context', configuration));
  return path;
}

function renderElement(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => renderElement(name, each)).join('');
  if (typeof value !== 'object' || value === null) return `<${name}>${escape(String(value))}</${name}>\n`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const isAttribute = (key: string) => (name === 'limit' ? LIMIT_ATTRIBUTES : ATTRIBUTES).has(key);
  const attributes = entries.filter(([key]) => isAttribute(key));
  const children = entries.filter(([key]) => !isAttribute(key));
  const head = attributes.map(([key, inner]) => ` ${key}="${escape(String(inner))}"`).join('');
  const body = children.map(([key, inner]) => renderElement(key, inner)).join('');
  return `<${name}${head}>${body}</${name}>\n`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
