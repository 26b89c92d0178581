// The content of the journal files: what is kept of a provider, and its changes.

import * as z from 'zod';
import { isId, type ServiceId, type TransactionId } from '../base/ids.js';
import { historyRecordSchema } from '../messages/history.js';
import { EVENT_ACTIONS } from '../messages/service-event.js';
import { replyStatusSchema } from '../messages/state.js';
import { contextConfigurationSchema } from '../model/context.js';
import { FAILURE_REASONS, SERVICE_STATUSES } from '../supervision/snapshot.js';
import { JOURNAL_VERSION, migrateChange, migrateFull } from './journal-versions.js';

/** The maximum number of history records per transaction. */
export const MAX_RECORDS = 500;

const service = z.object({
  id: z.custom<ServiceId>((value) => typeof value === 'string' && isId(value)),
  status: z.enum(SERVICE_STATUSES),
  run: z.number().int().nonnegative(),
  isAlive: z.boolean(),
  triggersSuppressed: z.boolean(),
  pid: z.number().int().optional(),
  /** Missing before the launch, and for runs of a provider of version 2. */
  runToken: z.string().optional(),
  codeHash: z.string().optional(),
  lastAction: z.enum([...EVENT_ACTIONS, 'defined']),
  reportedEnd: z.enum(['stopped', 'exited']).optional(),
  pendingStart: z
    .object({
      by: z.enum(['command', 'transition', 'policy']),
      trigger: z.enum(['on_start', 'on_update', 'on_fail', 'on_exit']).optional(),
      cause: z.number().int(),
    })
    .optional(),
  restartsMs: z.array(z.number()).readonly(),
  reason: z.enum(FAILURE_REASONS).optional(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  sinceMs: z.number(),
  cause: z.number().int(),
});
export type JournaledService = z.infer<typeof service>;

const transaction = z.object({
  id: z.custom<TransactionId>((value) => typeof value === 'string' && isId(value)),
  configuration: contextConfigurationSchema,
  records: z.number().int(),
  services: z.array(service),
  history: z.array(historyRecordSchema),
});
export type JournaledTransaction = z.infer<typeof transaction>;

/** The ids and answers of completed commands, oldest first. */
const answers = z.array(
  z.object({
    messageId: z.string(),
    transaction: z.string(),
    status: replyStatusSchema,
    /** Missing in journals of older versions. */
    atMs: z.number().optional(),
  }),
);

/** The context file and addresses of the provider that wrote the journal; missing in journals of earlier versions. */
const origin = z.object({ file: z.string(), frontend: z.string(), backend: z.string() });
export type JournalOrigin = z.infer<typeof origin>;

const content = z.object({ origin: origin.optional(), transactions: z.array(transaction), answers });
export type JournalContent = z.infer<typeof content>;

/**
 * Changed services, new records and answers, removed transactions; a configuration only where it has
 * changed.
 */
export const changeSchema = z.object({
  gone: z.array(transaction.shape.id),
  transactions: z.array(transaction.partial({ configuration: true })),
  answers,
});
export type JournalChange = z.infer<typeof changeSchema>;
/** As changeSchema, of the previous version. */
export const earlierChangeSchema = z.preprocess(migrateChange, changeSchema);

/** The full journal, also of the previous version. */
export const fullSchema = z.preprocess(
  migrateFull,
  z.object({ version: z.literal(JOURNAL_VERSION), name: z.string(), ...content.shape }),
);

/** The first line of a changes file: `of` names the full journal before them, `after` the one before that. */
export const changesHeadSchema = z.object({
  version: z.literal(JOURNAL_VERSION).optional(),
  of: z.string(),
  after: z.string(),
});
export type ChangesHead = z.infer<typeof changesHeadSchema>;
