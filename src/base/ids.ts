// Creates and checks ids. Branded types keep the kinds apart.

import { systemRandom, type RandomSource } from './random.js';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** The id of one run of a context. */
export type TransactionId = Branded<'TransactionId'>;
/** The id of a task service, unique within its context. */
export type ServiceId = Branded<'ServiceId'>;

const TRANSACTION_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const TRANSACTION_LENGTH = 20;

/** Ids are used in topics and file names: no blanks, no separators, no leading dot. */
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

/** Returns 20 characters of A-Z0-9, the format of the original system. */
export function createTransactionId(random: RandomSource = systemRandom): TransactionId {
  const pick = () => TRANSACTION_ALPHABET.charAt(random.integer(TRANSACTION_ALPHABET.length));
  return Array.from({ length: TRANSACTION_LENGTH }, pick).join('') as TransactionId;
}

/** Returns a short random id for a message, a sender or a run; unique across processes. */
export function createUniqueId(random: RandomSource = systemRandom): string {
  return random.bytes(9).toString('base64url');
}

/** Like createUniqueId, but ten times faster in a new process. Not cryptographically random: use it for sender ids only. */
export function createSenderId(random: RandomSource = systemRandom): string {
  const part = () => random.fraction().toString(36).slice(2, 10);
  return part() + part();
}
