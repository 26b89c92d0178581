// Context files with an invalid <Security>, and the expected findings.

import type { BrokenCase } from './context-corpus.js';
import { CLIENT_KEY, SERVER_KEY, withSecurity } from './sample-files.js';

const rule = 'allowed: the 40 characters of a public key, as contextd keys show NAME prints it';
const own = `public_key="${SERVER_KEY}" secret_key="s"`;
const anna = `name="anna" key="${CLIENT_KEY}" role="admin"`;

export const BROKEN_SECURITY: readonly BrokenCase[] = [
  {
    title: '<Security> without keys',
    text: withSecurity(''),
    faults: ['6:1 <Security> has no attribute public_key', '6:1 <Security> has no attribute secret_key'],
  },
  {
    title: 'a secret key in the file itself',
    text: withSecurity(`public_key="${SERVER_KEY}" secret="x"`),
    faults: [
      '6:1 <Security> has no attribute secret_key',
      '6:65 unknown attribute secret of <Security>, allowed: public_key, secret_key',
    ],
  },
  {
    title: 'invalid keys',
    text: withSecurity('public_key="x" secret_key="s"', 'name="anna" key="0000" role="read"'),
    faults: [`6:11 public_key "x", ${rule}`, `7:21 key "0000", ${rule}`],
  },
  {
    title: 'a key of the right length that cannot be decoded',
    text: withSecurity(own, `name="anna" key="${'#'.repeat(40)}" role="read"`),
    faults: [`7:21 key "${'#'.repeat(40)}", ${rule}`],
    isBeyondSchema: true,
  },
  {
    title: 'an unknown role',
    text: withSecurity(own, anna.replace('"admin"', '"administer"')),
    faults: ['7:68 role "administer", allowed: read, operate, admin'],
  },
  {
    title: 'a client without a role, and one with an invalid name',
    text: withSecurity(
      own,
      `name="anna" key="${CLIENT_KEY}"`,
      `name="a b" key="${'0'.repeat(40)}" role="read"`,
    ),
    faults: [
      '7:1 <Client> has no attribute role',
      '8:9 name "a b", allowed: letters, digits and _ . : -, not starting with . : or -, at most 128 long',
    ],
  },
  {
    title: 'a name and a key twice',
    text: withSecurity(own, anna, anna),
    faults: [
      '8:9 a second client with name "anna", the first is on line 7',
      `8:21 a second client with key "${CLIENT_KEY}", the first is on line 7`,
    ],
  },
  {
    title: 'the key of the provider for a client',
    text: withSecurity(own, `name="anna" key="${SERVER_KEY}" role="admin"`),
    faults: [
      '7:21 the key of the provider itself, allowed: an own key for each client (create one with contextd keys new NAME)',
    ],
    isBeyondSchema: true,
  },
];
