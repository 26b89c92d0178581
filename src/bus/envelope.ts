// The codec of one frame: `<topic> @@@ <JSON, UTF-8>`.

import { ContextdError } from '../base/errors.js';

const SEPARATOR = ' @@@ ';
const separatorBytes = Buffer.from(SEPARATOR);
const MAX_TOPIC_BYTES = 1024;
/** Deeper bodies would overflow the stack of recursive code. */
const MAX_DEPTH = 100;
/** More values would block the event loop for too long. */
const MAX_VALUES = 100_000;
const [QUOTE, BACKSLASH, COMMA, OPEN_BRACKET, OPEN_BRACE] = Buffer.from('"\\,[{');
const utf8 = new TextDecoder('utf-8', { fatal: true });

export interface Envelope {
  readonly topic: string;
  readonly body: unknown;
}

/** Encodes a frame. `@@@` occurs only between topic and body: programs of the original system split a frame at each `@@@`. */
export function encodeEnvelope(envelope: Envelope): string {
  const json = JSON.stringify(envelope.body);
  // In JSON an "@" is always within a string.
  const body = json.includes('@@@') ? json.replace(/@(?=@@)/g, '\\u0040') : json;
  return `${envelope.topic}${SEPARATOR}${body}`;
}

/** Decodes a frame. Throws MSG_FRAME_INVALID if it is not a valid envelope. */
export function decodeEnvelope(frame: Uint8Array): Envelope {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = bytes.subarray(0, MAX_TOPIC_BYTES + SEPARATOR.length).indexOf(separatorBytes);
  if (end < 1) throw invalidFrame('it does not start with "<topic> @@@ "');
  // One decode for topic and body: for a small frame two would take as long as parsing its JSON.
  if (hasMoreValues(bytes.subarray(end), MAX_VALUES))
    throw invalidFrame(`its JSON has more than ${MAX_VALUES} values`);
  const text = decodeText(bytes);
  const middle = text.indexOf(SEPARATOR);
  const topic = text.slice(0, middle);
  const body = decodeJson(text.slice(middle + SEPARATOR.length), topic);
  if (isDeeperThan(body, MAX_DEPTH)) throw invalidFrame(`the JSON after "${topic} @@@" is nested too deep`);
  return { topic, body };
}

/** Returns only the topic, without decoding the body; undefined if the frame has none. */
export function topicOf(frame: Uint8Array): string | undefined {
  const start = Buffer.from(
    frame.buffer,
    frame.byteOffset,
    Math.min(frame.byteLength, MAX_TOPIC_BYTES + SEPARATOR.length),
  );
  const end = start.indexOf(separatorBytes);
  return end < 1 ? undefined : start.toString('utf8', 0, end);
}

/** Returns the subscription that matches exactly this topic: ZeroMQ matches prefixes. */
export function subscriptionOf(topic: string): string {
  return `${topic} @@@`;
}

function decodeJson(text: string, topic: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw invalidFrame(`the text after "${topic} @@@" is not JSON`, cause);
  }
}

/** Counts commas and opening brackets outside of strings: each value but the first comes with at least one of them. */
function hasMoreValues(json: Uint8Array, maxCount: number): boolean {
  // A value takes at least two bytes, so most frames need no scan.
  if (json.byteLength < 2 * maxCount) return false;
  let count = 0;
  let isText = false;
  for (let at = 0; at < json.byteLength; at += 1) {
    const byte = json[at];
    if (isText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === COMMA || byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      count += 1;
      if (count > maxCount) return true;
    }
  }
  return false;
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  // `for in` avoids an array of the values: this runs for every message.
  for (const key in value) if (isDeeperThan(Reflect.get(value, key), depth - 1)) return true;
  return false;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalidFrame('it is not UTF-8', cause);
  }
}

function invalidFrame(reason: string, cause?: unknown): ContextdError {
  return new ContextdError('MSG_FRAME_INVALID', `a frame was dropped: ${reason}`, { cause });
}
