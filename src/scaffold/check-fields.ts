// One named check for each kind of value, from the command line or a meta file.

import { isIP } from 'node:net';
import { ID_RULE, isId } from '../base/ids.js';
import { shorten } from '../base/shorten.js';
import { IDENTIFIER_RULE, isIdentifier, isXmlText } from './escape.js';

/** Returns what is wrong with a value and what to use instead; undefined for a valid value. */
export type Check = (value: string) => { readonly message: string; readonly hint: string } | undefined;

const WORDS = [
  'arguments async await break case catch class const continue debugger default delete do else enum eval export',
  'extends false finally for function if implements import in instanceof interface let new null package private',
  'protected public return static super switch this throw true try typeof var void while with yield',
];
const TYPE_WORDS = 'any bigint boolean never number object string symbol undefined unknown Object Promise';
/** Names that the generated files use themselves. */
const SDK_WORDS = 'LoopedTask SingleTask defineService z configuration';

const RESERVED: ReadonlySet<string> = new Set(WORDS.flatMap((line) => line.split(' ')));
const TAKEN: ReadonlySet<string> = new Set(`${TYPE_WORDS} ${SDK_WORDS}`.split(' '));

const HOST_LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

export const checkClassName: Check = (value) => {
  if (isIdentifier(value) && TAKEN.has(value)) return reservedFault(value);
  return checkIdentifier(value);
};

/** The files of the instance are in the folder of index.ts, so it cannot be `index`. */
export const checkInstance: Check = (value) => {
  if (value.toLowerCase() === 'index') return reservedFault(value);
  return checkIdentifier(value);
};

export const checkId: Check = (value) =>
  isId(value) ? undefined : { message: `${quote(value)} is not a valid id`, hint: `use ${ID_RULE}` };

export const checkPort: Check = (value) => {
  if (/^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65_535) return undefined;
  return { message: `${quote(value)} is not a valid port`, hint: 'use a number from 1 to 65535' };
};

export const checkHost: Check = (value) => {
  const labels = value.split('.');
  const isName = value.length <= 253 && labels.every((label) => HOST_LABEL.test(label));
  if (isIP(value) !== 0 || (isName && !/^\d+$/.test(labels.at(-1) ?? ''))) return undefined;
  return {
    message: `${quote(value)} is neither an IP address nor a host name`,
    hint: 'use 127.0.0.1 for this machine only',
  };
};

export const checkFileNamePart: Check = (value) => {
  if (/^[^./\\\s\p{C}](?:[^/\\\p{C}]{0,98}[^/\\\s\p{C}])?$/u.test(value)) return undefined;
  const hint = 'use a short name without / and \\, not starting with a dot';
  return { message: `${quote(value)} cannot be part of a file name`, hint };
};

export const checkLine: Check = (value) => {
  if (isXmlText(value) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) return undefined;
  return { message: `${quote(value)} contains control characters`, hint: 'use one line of plain text' };
};

export const checkText: Check = (value) => {
  if (isXmlText(value)) return undefined;
  return {
    message: `${quote(value)} contains characters that are not allowed in XML`,
    hint: 'use text without control characters',
  };
};

export function checkOneOf(allowed: readonly string[]): Check {
  return (value) => {
    if (allowed.includes(value)) return undefined;
    return {
      message: `${quote(value)} is not one of the known values`,
      hint: `use one of ${allowed.join(', ')}`,
    };
  };
}

const checkIdentifier: Check = (value) => {
  if (!isIdentifier(value))
    return { message: `${quote(value)} is not a valid name for code`, hint: `use ${IDENTIFIER_RULE}` };
  return RESERVED.has(value) ? reservedFault(value) : undefined;
};

function reservedFault(value: string): ReturnType<Check> {
  return {
    message: `${quote(value)} is a reserved word`,
    hint: 'use another name, such as one that describes its purpose',
  };
}

function quote(value: string): string {
  return JSON.stringify(shorten(value));
}
