// Composes the tables of docs/messages.md: the senders of messages, and every field of every message.

import { ANSWERS } from '../../src/messages/contracts.js';
import { contracts, jsonSchemas, type JsonSchema } from './schemas.js';

interface Row {
  readonly field: string;
  readonly type: string;
  readonly isNeeded: boolean;
  readonly what: string;
}

/** Replaces what stands between the marks `<!-- NAME -->` and `<!-- /NAME -->`; all other text is written by hand. */
export function withTables(text: string): string {
  return withPart(withPart(text, 'messages', composeOverview()), 'fields', composeFields());
}

function withPart(text: string, name: string, content: string): string {
  const [before, rest] = split(text, `<!-- ${name} -->\n`);
  const [, after] = split(rest, `<!-- /${name} -->`);
  return `${before}<!-- ${name} -->\n${content}\n<!-- /${name} -->${after}`;
}

function split(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`docs/messages.md has no mark ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function composeOverview(): string {
  const rows = contracts.map(
    ([kind, { topics, from, summary }]) =>
      `| [${kind}](#${kind}) | ${topics.map((topic) => `\`${topic}\``).join(', ')} | ${from} | ${summary} |`,
  );
  return ['| message | topic | who says it | what |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function composeFields(): string {
  const schemas = jsonSchemas();
  const summaries = [...contracts, ...Object.entries(ANSWERS)];
  return summaries
    .map(([name, { summary }]) => {
      const rows = rowsOf(schemas.get(name) ?? {}, '').map(formatRow);
      const table = ['| field | type | | what |', '| --- | --- | --- | --- |', ...rows].join('\n');
      return `### ${name}\n\n${summary}\n\n${rows.length === 0 ? 'Any object.' : table}`;
    })
    .join('\n\n');
}

function formatRow({ field, type, isNeeded, what }: Row): string {
  const cells = [`\`${field}\``, type, isNeeded ? 'always' : '', what.replaceAll('|', '\\|')];
  return `| ${cells.join(' | ')} |`;
}

/** Below `path`, depth first. */
function rowsOf(schema: JsonSchema, path: string): readonly Row[] {
  const needed = asList(schema.required);
  const own = Object.entries(asSchema(schema.properties)).flatMap(([key, value]) => {
    const field = path === '' ? key : `${path}.${key}`;
    return rowOf(asSchema(value), field, needed.includes(key));
  });
  const items = schema.type === 'array' ? rowsOf(asSchema(schema.items), `${path}[]`) : [];
  const hasKeys = schema.type === 'object' && schema.propertyNames !== undefined;
  const entries = hasKeys ? rowsOf(asSchema(schema.additionalProperties), `${path}{}`) : [];
  const variants = asList(schema.anyOf).flatMap((each) => rowsOf(asSchema(each), path));
  return [...own, ...items, ...entries, ...variants];
}

function rowOf(schema: JsonSchema, field: string, isNeeded: boolean): readonly Row[] {
  const what = [
    typeof schema.description === 'string' ? schema.description : '',
    schema.default === undefined ? '' : `Default: \`${JSON.stringify(schema.default)}\`.`,
  ];
  return [
    { field, type: typeOf(schema), isNeeded, what: what.filter((each) => each !== '').join(' ') },
    ...rowsOf(schema, field),
  ];
}

function typeOf(schema: JsonSchema): string {
  const { type, enum: values, const: value, anyOf } = schema;
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  if (Array.isArray(values)) return values.map((each) => `\`${String(each)}\``).join(', ');
  if (Array.isArray(anyOf)) return anyOf.map((each) => typeOf(asSchema(each))).join(' or ');
  return typeof type === 'string' ? type : 'any';
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
