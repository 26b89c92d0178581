// Decodes and encodes XML files in the encoding that they declare.

import { ContextdError } from '../base/errors.js';

/** The encoding of a file; `isSwapped` for UTF-16 in big-endian order. */
export interface XmlEncoding {
  readonly name: string;
  readonly isSwapped: boolean;
}

export interface DecodedXml {
  /** Includes the byte order mark, if any. */
  readonly text: string;
  readonly encoding: XmlEncoding;
}

const UTF_8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF_8: XmlEncoding = { name: 'UTF-8', isSwapped: false };
const DECLARED =
  /^\uFEFF?[ \t\r\n]*<\?xml[ \t\r\n][^>]*?\bencoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z][\w.-]*)["']/;
/** Single-byte encodings: decoding all 256 bytes gives the complete table. */
const SINGLE_BYTE =
  /^(US-ASCII|ASCII|ISO-8859-([1-9]|1[013-5])|LATIN-?1|WINDOWS-(125[0-8]|874)|KOI8-[RU]|MACINTOSH)$/;
const KNOWN = 'UTF-8, UTF-16, US-ASCII, ISO-8859-1 to -15, windows-1250 to -1258, KOI8-R and KOI8-U';

const WINDOWS_1252 = Array.from('€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ');

/** Throws XML_MALFORMED if the bytes do not match the declared encoding, or it is not supported. */
export function decodeXml(bytes: Uint8Array, path: string): DecodedXml {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = detectUtf16(buffer);
  const hasMark = buffer.subarray(0, 3).equals(UTF_8_MARK);
  const start =
    wide === undefined ? buffer.toString('latin1', hasMark ? 3 : 0, 1024) : decodeUtf16(buffer, wide, path);
  const declared = DECLARED.exec(start)?.[1]?.toUpperCase();
  const encoding = wide ?? { name: declared ?? UTF_8.name, isSwapped: false };
  const isWide = encoding.name.startsWith('UTF-16');
  if (isWide !== (wide !== undefined) || (isWide && declared?.startsWith('UTF-16') === false))
    throw contradiction(path, declared ?? '', wide?.name ?? 'UTF-8 or another encoding of single bytes');
  if (wide !== undefined) return { text: decodeUtf16(buffer, wide, path), encoding };
  if (encoding.name === 'UTF-8' || encoding.name === 'UTF8')
    return { text: decodeStrictly('utf-8', buffer, path, 'UTF-8'), encoding: UTF_8 };
  if (!SINGLE_BYTE.test(encoding.name)) throw unknownEncoding(path, declared ?? '');
  if (hasMark) throw contradiction(path, encoding.name, 'UTF-8');
  return { text: decodeSingleByte(buffer, encoding.name, path), encoding };
}

/** Writes characters that the encoding does not contain as character references, which are equivalent in texts and attribute values. */
export function encodeXml(text: string, { name, isSwapped }: XmlEncoding): Buffer {
  if (name === 'UTF-8') return Buffer.from(text);
  if (name.startsWith('UTF-16')) {
    const wide = Buffer.from(text, 'utf16le');
    return isSwapped ? wide.swap16() : wide;
  }
  const table = new Map(charactersOf(name).map((character, byte) => [character, byte] as const));
  const bytes = Array.from(text).flatMap((character) => {
    const byte = table.get(character);
    if (byte !== undefined && character !== '\uFFFD') return [byte];
    return [...Buffer.from(`&#x${character.codePointAt(0)?.toString(16).toUpperCase() ?? ''};`)];
  });
  return Buffer.from(bytes);
}

/** Detects UTF-16 by the byte order mark, or by the zero bytes between the first characters. */
function detectUtf16(bytes: Buffer): XmlEncoding | undefined {
  const start = bytes.subarray(0, 2).toString('hex');
  if (start === 'fffe' || start === '3c00') return { name: 'UTF-16', isSwapped: false };
  if (start === 'feff' || start === '003c') return { name: 'UTF-16', isSwapped: true };
  return undefined;
}

function decodeUtf16(bytes: Buffer, { isSwapped }: XmlEncoding, path: string): string {
  return decodeStrictly(isSwapped ? 'utf-16be' : 'utf-16le', bytes, path, 'UTF-16');
}

function decodeStrictly(label: string, bytes: Buffer, path: string, name: string): string {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw encodingError(
      path,
      `is not encoded in ${name}`,
      'save the file as UTF-8, or declare its actual encoding',
    );
  }
}

function decodeSingleByte(bytes: Buffer, name: string, path: string): string {
  const characters = charactersOf(name);
  const text = Array.from(bytes, (byte) => characters[byte] ?? '\uFFFD').join('');
  if (!text.includes('\uFFFD')) return text;
  throw encodingError(
    path,
    `is not encoded in ${name}, which it declares`,
    'declare the actual encoding of the file',
  );
}

/** Returns the character of each byte. Browsers and TextDecoder read ISO-8859-1 and ASCII as windows-1252; XML does not. */
function charactersOf(name: string): readonly string[] {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  if (/^(ISO-8859-1|LATIN-?1)$/.test(name)) return Array.from(bytes.toString('latin1'));
  if (name.endsWith('ASCII'))
    return Array.from(bytes.toString('latin1')).map((each, byte) => (byte < 128 ? each : '\uFFFD'));
  // Node.js 20 decodes windows-1252 as ISO-8859-1.
  if (name === 'WINDOWS-1252')
    return Array.from(bytes.toString('latin1')).map((each, byte) => WINDOWS_1252[byte - 128] ?? each);
  return Array.from(new TextDecoder(name).decode(bytes));
}

function contradiction(path: string, declared: string, found: string): ContextdError {
  const message = `declares the encoding ${declared}, but is written in ${found}`;
  return encodingError(
    path,
    message,
    'correct encoding="..." in its first line, or save the file in that encoding',
  );
}

function unknownEncoding(path: string, declared: string): ContextdError {
  const hint = `save the file as UTF-8 with encoding="UTF-8" in its first line; supported: ${KNOWN}`;
  return encodingError(path, `is encoded in ${declared}, which is not supported`, hint);
}

function encodingError(path: string, what: string, hint: string): ContextdError {
  return new ContextdError('XML_MALFORMED', `${path} ${what}`, { hint, details: { path, faults: [] } });
}
