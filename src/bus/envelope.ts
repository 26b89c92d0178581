// The codec of one frame: `<topic> @@@ <JSON, UTF-8>`.

import { ContextdError } from '../base/errors.js';

const SEPARATOR = ' @@@ ';
const separatorBytes = Buffer.from(SEPARATOR);
const MAX_TOPIC_BYTES = 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true });

export interface Envelope {
  readonly topic: string;
  readonly body: unknown;
}

export function encodeEnvelope(envelope: Envelope): string {
  return `${envelope.topic}${SEPARATOR}${JSON.stringify(envelope.body)}`;
}

/** Throws MSG_FRAME_INVALID for anything that is no envelope. */
export function decodeEnvelope(frame: Uint8Array): Envelope {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = bytes.subarray(0, MAX_TOPIC_BYTES + SEPARATOR.length).indexOf(separatorBytes);
  if (end < 1) throw invalid('it has no "<topic> @@@ " in front');
  const topic = decodeText(bytes.subarray(0, end));
  const text = decodeText(bytes.subarray(end + separatorBytes.length));
  try {
    return { topic, body: JSON.parse(text) as unknown };
  } catch (cause) {
    throw invalid(`what follows "${topic} @@@" is no JSON`, cause);
  }
}

/** What to subscribe to for exactly this topic: ZeroMQ matches prefixes. */
export function subscriptionOf(topic: string): string {
  return `${topic} @@@`;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalid('it is no UTF-8', cause);
  }
}

function invalid(reason: string, cause?: unknown): ContextdError {
  return new ContextdError('MSG_FRAME_INVALID', `a frame was dropped: ${reason}`, { cause });
}
