// What is published of the messages is made from their schemas: `npm run contracts` writes it, this test compares.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { composeAsyncApi } from '../contracts/async-api.js';
import { jsonSchemas } from '../contracts/schemas.js';
import { withTables } from '../contracts/tables.js';

const schemaFolder = join(packageRoot, 'conf', 'schemas');
const asyncApiFile = join(packageRoot, 'docs', 'asyncapi.json');
const messagesFile = join(packageRoot, 'docs', 'messages.md');
const asJson = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

describe('what is published of the messages is current', () => {
  it.each([...jsonSchemas()])('conf/schemas/%s.json', async (name, schema) => {
    await expect(asJson(schema)).toMatchFileSnapshot(join(schemaFolder, `${name}.json`));
  });

  it('docs/asyncapi.json', async () => {
    await expect(asJson(composeAsyncApi())).toMatchFileSnapshot(asyncApiFile);
  });

  it('the tables of docs/messages.md', async () => {
    await expect(withTables(readFileSync(messagesFile, 'utf8'))).toMatchFileSnapshot(messagesFile);
  });

  it('and nothing is left of what is not said any more', () => {
    const names = readdirSync(schemaFolder).map((file) => basename(file, '.json'));
    expect(names.filter((name) => !jsonSchemas().has(name))).toEqual([]);
  });
});

describe('docs/asyncapi.json', () => {
  const text = asJson(composeAsyncApi());
  const document = JSON.parse(text) as Readonly<Record<string, unknown>>;

  it('is AsyncAPI 3 by the schema that its makers publish', () => {
    const file = join(packageRoot, 'node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json');
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(validate({ ...document, channels: { context: { address: 7 } } })).toBe(false);
  });

  it('refers to nothing that it does not hold', () => {
    const pointers = [...text.matchAll(/"\$ref": "#\/(?<path>[^"]+)"/g)].map(
      ({ groups }) => groups?.path ?? '',
    );
    const find = (pointer: string) =>
      pointer
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
    expect(pointers.length).toBeGreaterThan(20);
    expect(pointers.filter((pointer) => find(pointer) === undefined)).toEqual([]);
  });
});
