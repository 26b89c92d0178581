// Ids: made and checked here, branded so that one kind cannot be passed for another.

import { randomBytes, randomInt } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The id of one run of a context. */
export type TransactionId = Branded<'TransactionId'>;
/** The id of a task service, unique within its context. */
export type ServiceId = Branded<'ServiceId'>;

const TRANSACTION_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const TRANSACTION_LENGTH = 20;

/** Ids become parts of topics and of file names: no blanks, no separators, no leading dot. */
export const ID_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/;
export const ID_RULE = 'letters, digits and _ . : -, not starting with . : or -, at most 128 long';

export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}

export function parseTransactionId(text: string): TransactionId | undefined {
  return isId(text) ? (text as TransactionId) : undefined;
}

export function parseServiceId(text: string): ServiceId | undefined {
  return isId(text) ? (text as ServiceId) : undefined;
}

/** 20 of A-Z0-9, as the original's. */
export function createTransactionId(): TransactionId {
  const pick = () => TRANSACTION_ALPHABET.charAt(randomInt(TRANSACTION_ALPHABET.length));
  return Array.from({ length: TRANSACTION_LENGTH }, pick).join('') as TransactionId;
}

/** A short id, unique across processes: of a message, a sender, a run. */
export function createUniqueId(): string {
  return randomBytes(9).toString('base64url');
}

/** As createUniqueId, at a tenth of its price in a new process: of one that speaks, where guessing it is of no use. */
export function createSenderId(): string {
  const part = () => Math.random().toString(36).slice(2, 10);
  return part() + part();
}
