// The codec of one frame: `<topic> @@@ <JSON, UTF-8>`.

import { ContextdError } from '../base/errors.js';

const SEPARATOR = ' @@@ ';
const separatorBytes = Buffer.from(SEPARATOR);
const MAX_TOPIC_BYTES = 1024;
/** Deeper bodies would exhaust the stack of whoever walks through them. */
const MAX_DEPTH = 100;
/** More values would keep the event loop busy for longer than others can wait. */
const MAX_VALUES = 100_000;
const [QUOTE, BACKSLASH, COMMA, OPEN_BRACKET, OPEN_BRACE] = Buffer.from('"\\,[{');
const utf8 = new TextDecoder('utf-8', { fatal: true });

export interface Envelope {
  readonly topic: string;
  readonly body: unknown;
}

/** `@@@` occurs once, between topic and body: the original's programs split a frame at each of them. */
export function encodeEnvelope(envelope: Envelope): string {
  const json = JSON.stringify(envelope.body);
  // An "@" of JSON is always within a string.
  const body = json.includes('@@@') ? json.replace(/@(?=@@)/g, '\\u0040') : json;
  return `${envelope.topic}${SEPARATOR}${body}`;
}

/** Throws MSG_FRAME_INVALID for anything that is no envelope. */
export function decodeEnvelope(frame: Uint8Array): Envelope {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = bytes.subarray(0, MAX_TOPIC_BYTES + SEPARATOR.length).indexOf(separatorBytes);
  if (end < 1) throw invalid('it has no "<topic> @@@ " in front');
  // In one go: for a small frame two take as long as reading its JSON.
  if (hasMoreValues(bytes.subarray(end), MAX_VALUES))
    throw invalid(`its JSON has more than ${MAX_VALUES} values`);
  const text = decodeText(bytes);
  const middle = text.indexOf(SEPARATOR);
  const topic = text.slice(0, middle);
  const body = decodeJson(text.slice(middle + SEPARATOR.length), topic);
  if (isDeeper(body, MAX_DEPTH)) throw invalid(`what follows "${topic} @@@" is nested too deep`);
  return { topic, body };
}

/** The topic alone, for who passes frames on without reading them; undefined where there is none. */
export function topicOf(frame: Uint8Array): string | undefined {
  const start = Buffer.from(
    frame.buffer,
    frame.byteOffset,
    Math.min(frame.byteLength, MAX_TOPIC_BYTES + SEPARATOR.length),
  );
  const end = start.indexOf(separatorBytes);
  return end < 1 ? undefined : start.toString('utf8', 0, end);
}

/** What to subscribe to for exactly this topic: ZeroMQ matches prefixes. */
export function subscriptionOf(topic: string): string {
  return `${topic} @@@`;
}

function decodeJson(text: string, topic: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw invalid(`what follows "${topic} @@@" is not JSON`, cause);
  }
}

/** Counts commas and opening brackets outside of strings: at least one comes with each value but the first. */
function hasMoreValues(json: Uint8Array, most: number): boolean {
  // A value takes two bytes or more, so that most frames need not be looked at.
  if (json.byteLength < 2 * most) return false;
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
      if (count > most) return true;
    }
  }
  return false;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  // No list of the values is made: this is done for every message.
  for (const key in value) if (isDeeper(Reflect.get(value, key), depth - 1)) return true;
  return false;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalid('it is not UTF-8', cause);
  }
}

function invalid(reason: string, cause?: unknown): ContextdError {
  return new ContextdError('MSG_FRAME_INVALID', `a frame was dropped: ${reason}`, { cause });
}
