// The options of a `top` request. Values may be text, as in XML.

import * as z from 'zod';

const FLAG_WORDS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...([true, 'true', '1'] as const).map((word) => [word, true] as const),
  ...([false, 'false', '0', '', undefined] as const).map((word) => [word, false] as const),
]);

const flag = z
  .unknown()
  .optional()
  .transform((value, context) => {
    const found = FLAG_WORDS.get(typeof value === 'string' ? value.trim().toLowerCase() : value);
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(value)}, allowed: true or false` });
    return z.NEVER;
  });

/** The allowed range of the publishing interval. */
export const FREQUENCY_RULE = 'a number of seconds from 0.1 up to 86400';

const frequency = z
  .unknown()
  .optional()
  .transform((value, context) => {
    const number = value === undefined || value === '' ? 1 : Number(value);
    if (number >= 0.1 && number <= 86_400) return number;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(value)}, allowed: ${FREQUENCY_RULE}` });
    return z.NEVER;
  });

const service = z.looseObject({
  type: z.unknown().refine((type) => type === 'pub', 'allowed: pub'),
  frequency_s: frequency,
  /** The endpoint where the Monitor publishes. */
  endpoint: z.string('allowed: an address such as tcp://127.0.0.1:6789').trim().min(1),
});

const emptyAsUndefined = (value: unknown): unknown => (value === '' || value === null ? undefined : value);

export const topRequestSchema = z.looseObject({
  open_connections: flag,
  memory_maps: flag,
  opened_files: flag,
  /** Starts the task service Monitor, which publishes samples from now on. */
  service: z.preprocess(emptyAsUndefined, service.optional()),
});
export type TopRequest = z.infer<typeof topRequestSchema>;
export type FiguresService = NonNullable<TopRequest['service']>;
