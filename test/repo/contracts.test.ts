// The published contracts of the messages match their schemas; `npm run contracts` regenerates them.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { contextFileSchema } from '../../src/model/context.js';
import { metaSchema } from '../../src/model/meta.js';
import { composeAsyncApi } from '../contracts/async-api.js';
import { jsonSchemas } from '../contracts/schemas.js';
import { withTables } from '../contracts/tables.js';
import { composeXsd } from '../contracts/xsd.js';

const schemaFolder = join(packageRoot, 'conf', 'schemas');
const asyncApiFile = join(packageRoot, 'docs', 'asyncapi.json');
const messagesFile = join(packageRoot, 'docs', 'messages.md');
const xsdComment = (what: string, root: string, file: string, rest: string) => `${what}

    <${root} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="${file}">

${rest}

Made by \`npm run contracts\` from the schemas in src/model.`;
const CONTEXT_XSD = xsdComment(
  'The form of a context file, for editors that complete and check it:',
  'Context',
  'context.xsd',
  `It accepts and refuses what service_context does, as far as a schema can know: whether called services exist, whether
endpoints and binds fit together and whether an action has a target is checked by the command alone.`,
);
const META_XSD = xsdComment(
  'The form of a meta file, from which create_service writes several services and their context:',
  'MetaServiceConf',
  'meta-services.xsd',
  `It accepts and refuses what create_service does, as far as a schema can know: whether a state_id is the task_id of a
service and whether an action has a state_id is checked by the command alone.`,
);
const asJson = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

describe('the published contracts are current', () => {
  it.each([...jsonSchemas()])('conf/schemas/%s.json', async (name, schema) => {
    await expect(asJson(schema)).toMatchFileSnapshot(join(schemaFolder, `${name}.json`));
  });

  it('docs/asyncapi.json', async () => {
    await expect(asJson(composeAsyncApi())).toMatchFileSnapshot(asyncApiFile);
  });

  it.each([
    ['context.xsd', 'Context', contextFileSchema, CONTEXT_XSD],
    ['meta-services.xsd', 'MetaServiceConf', metaSchema, META_XSD],
  ])('conf/%s', async (name, root, schema, comment) => {
    await expect(composeXsd(root, schema, comment)).toMatchFileSnapshot(join(packageRoot, 'conf', name));
  });

  it('the tables of docs/messages.md', async () => {
    await expect(withTables(readFileSync(messagesFile, 'utf8'))).toMatchFileSnapshot(messagesFile);
  });

  it('conf/schemas has no file without a schema', () => {
    const names = readdirSync(schemaFolder).map((file) => basename(file, '.json'));
    expect(names.filter((name) => !jsonSchemas().has(name))).toEqual([]);
  });
});

describe('docs/asyncapi.json', () => {
  const text = asJson(composeAsyncApi());
  const document = JSON.parse(text) as Readonly<Record<string, unknown>>;

  it('is valid by the published schema of AsyncAPI 3', () => {
    const file = join(packageRoot, 'node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json');
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(validate({ ...document, channels: { context: { address: 7 } } })).toBe(false);
  });

  it('has no reference that cannot be resolved', () => {
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
