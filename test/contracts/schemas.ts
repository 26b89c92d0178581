// The JSON Schemas of all messages, made from the schemas that check them at run time.

import { z } from 'zod';
import { ANSWERS, CONTRACTS, type Contract } from '../../src/messages/contracts.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

export const contracts: readonly (readonly [string, Contract])[] = Object.entries(CONTRACTS);

/** By name: the kinds of messages, and the contents of answers. What has a default may be left out. */
export function jsonSchemas(): ReadonlyMap<string, JsonSchema> {
  return new Map(
    [...Object.entries<{ summary: string; schema: z.ZodType }>(CONTRACTS), ...Object.entries(ANSWERS)].map(
      ([name, { summary, schema }]) => [name, describe(name, summary, schema)],
    ),
  );
}

function describe(name: string, summary: string, schema: z.ZodType): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  });
  return { $schema, $id: `urn:contextd:${name}`, title: name, description: summary, ...rest };
}
