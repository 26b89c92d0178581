// Bans words that must not be used: private words of this project, and words that slow a reader down.

import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { listFiles } from './source-files.js';

/** Each with its replacement. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\b(?:whoever|whomever)\b/gi, 'any client, anyone who'],
  // The user `nobody` is named in quotes or after `=`.
  [
    /(?<!=)(?!(?<=['`])nobody['`])\b(?:nobody|somebody|anybody|everybody)\b/gi,
    'no client, another process, all readers: name them',
  ],
  [/\b(?:lest|anew|in vain)\b/gi, 'so that … not; again; without success'],
  [/\bknock(?:s|ed|ing)?\b/gi, 'try to connect, reconnect'],
  [/\bmend(?:s|ed|ing)?\b/gi, 'fix, repair'],
  [/\bstrangers?\b/gi, 'unauthenticated peer, unknown process'],
  [/\b(?:told|tells|tell)\b/gi, 'reported, sent, printed, notified'],
  [/\b(?:hear|hears|heard)\b/gi, 'receive'],
  [/\bspeak(?:s|ing)?\b/gi, 'send, publish, use the protocol'],
  [
    /\b(?:desk|speaker|typist|onlooker|reign)s?\b/gi,
    'dispatcher, outbox, key decoder, observer, provider process',
  ],
  [/\b(?:keepers?|farewells?|hand-over|lastWord|throwDice)\b/gi, 'shim, final event, secret pipe, random'],
  [/\b(?:nap|naps)\b/gi, 'sleep, interruptible sleep'],
  // Python has `is None`.
  [/\b(?:is|are) none\b/g, 'is not a …; there is no …'],
  [/\b(?:has|have) not the\b/gi, 'does not have the'],
  [/\bgo(?:es)? on\b/gi, 'continue, keep running'],
  [/\b(?:lies|lie) (?!detector)\b/gi, 'is in, is at; ignored'],
];

const READ = /\.(?:ts|js|mjs|md|ejs|json|xml|xsd|py|sh|yml)$/;
/** Generated, or written by others. */
const SKIPPED = /^(?:package-lock\.json|docs\/asyncapi\.json|conf\/schemas\/|test\/repo\/words\.test\.ts)/;

const FOLDERS = ['src', 'test', 'tools', 'docs', 'conf', 'services', 'templates', 'bench', 'build'];
const FILES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'];

it('banned words are found with their line', () => {
  expect(findBanned('a.ts', 'it goes on\nnobody knocks')).toEqual([
    'a.ts:1: "goes on": write continue, keep running',
    'a.ts:2: "nobody": write no client, another process, all readers: name them',
    'a.ts:2: "knocks": write try to connect, reconnect',
  ]);
});

it('no file contains a banned word', () => {
  const files = FOLDERS.flatMap((folder) => listFiles(join(packageRoot, folder)))
    .map((path) => relative(packageRoot, path))
    .concat(FILES)
    .filter((path) => READ.test(path) && !SKIPPED.test(path) && !path.includes('node_modules/'));
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((path) => findBanned(path, readFileSync(join(packageRoot, path), 'utf8')));
  expect(found).toEqual([]);
});

function findBanned(path: string, text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      BANNED.flatMap(([pattern, instead]) =>
        [...line.matchAll(pattern)].map(
          ([word]) => `${path}:${index + 1}: "${word.trim()}": write ${instead}`,
        ),
      ),
    );
}
