// contextd keys: creates key pairs for secured providers and their clients, and shows public keys.

import { EXIT } from '../base/errors.js';
import { ID_RULE, isId } from '../base/ids.js';
import { keyFilesOf, readPublicKey, writeKeyFiles } from '../base/key-file.js';
import { ROLES, type Role } from '../model/security.js';
import { defineCommand } from './arguments/command.js';
import type { Terminal } from './terminal/terminal.js';
import { usageError } from './arguments/usage-errors.js';

const VERBS = ['new', 'show'] as const;

export const keys = defineCommand({
  name: 'contextd keys',
  summary: 'Create and show key pairs of secured providers and their clients.',
  positionals: '<new|show> <name>',
  values: { _: VERBS, folder: 'files' },
  options: {
    folder: {
      type: 'string',
      default: 'keys',
      describe: 'Folder of the files NAME.key and NAME.key_secret',
    },
    role: {
      choices: ROLES,
      default: 'operate',
      describe: 'Role in the printed <Client> line for the context file',
    },
    json: { type: 'boolean', default: false, describe: 'Print name, public key and file paths as JSON' },
  },
  examples: [
    ['$0 new provider', 'Write keys/provider.key and keys/provider.key_secret'],
    ['$0 show anna --role=admin', 'Print the <Client> line that gives anna access'],
  ],
  run,
});

interface Arguments {
  readonly _?: readonly (string | number)[];
  readonly folder: string;
  readonly role: Role;
  readonly json: boolean;
}

/** The secret key must be written to its file only, never printed. */
function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { verb, name } = readPositionals(args);
  const files = keyFilesOf(args.folder, name);
  const publicKey = verb === 'new' ? writeKeyFiles(args.folder, name).publicKey : readPublicKey(files.public);
  if (args.json) terminal.out(`${JSON.stringify({ name, publicKey, files })}\n`);
  else print(terminal, { ...args, verb, name, publicKey });
  return Promise.resolve(EXIT.done);
}

interface Shown extends Pick<Arguments, 'folder' | 'role'> {
  readonly verb: (typeof VERBS)[number];
  readonly name: string;
  readonly publicKey: string;
}

function print(terminal: Terminal, { verb, name, publicKey, folder, role }: Shown): void {
  const files = keyFilesOf(folder, name);
  const key = escapeAttribute(publicKey);
  if (verb === 'new') terminal.out(`wrote ${files.public} and ${files.secret}\n\n`);
  terminal.out(
    `public key of ${name}: ${publicKey}\n\n` +
      `as a provider:  <Security public_key="${key}" secret_key="PATH/TO/${name}.key_secret">\n` +
      `as a client:    <Client name="${name}" key="${key}" role="${role}"/>\n`,
  );
}

function readPositionals({ _: given = [] }: Arguments): Pick<Shown, 'verb' | 'name'> {
  const [verbText, name, ...more] = given.map(String);
  const verb = VERBS.find((each) => each === verbText);
  if (verb === undefined || name === undefined || more.length > 0) {
    const found = given.length === 0 ? 'no arguments' : `"${given.join(' ')}"`;
    throw usageError(
      `contextd keys expects 'new NAME' or 'show NAME', found ${found}`,
      "run 'contextd keys new NAME' to create a key pair, or 'contextd keys show NAME' to show its public key",
    );
  }
  if (isId(name)) return { verb, name };
  throw usageError(`"${name}" is not a valid name for keys`, `a name consists of ${ID_RULE}`);
}

/** Keys created by other tools can contain characters that are markup in XML. */
function escapeAttribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
