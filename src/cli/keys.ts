// keys: makes key pairs for secured providers and their clients, and shows their public half.

import { ContextdError, EXIT } from '../base/errors.js';
import { ID_RULE, isId } from '../base/ids.js';
import { keyFilesOf, readPublicKey, writeKeyFiles } from '../base/key-file.js';
import { ROLES, type Role } from '../model/security.js';
import { defineCommand } from './command.js';
import type { Terminal } from './terminal/terminal.js';

const VERBS = ['new', 'show'] as const;

export const keys = defineCommand({
  name: 'contextd keys',
  summary: 'Make and show the keys of secured providers and of their clients.',
  positionals: '<verb> <name>',
  values: { _: VERBS, folder: 'files' },
  options: {
    folder: {
      type: 'string',
      default: 'keys',
      describe: 'Folder of the two files NAME.key and NAME.key_secret',
    },
    role: {
      choices: ROLES,
      default: 'operate',
      describe: 'What to write into the line for the context file',
    },
    json: { type: 'boolean', default: false, describe: 'Print name, public key and files as JSON' },
  },
  examples: [
    ['$0 new provider', 'write keys/provider.key and keys/provider.key_secret'],
    ['$0 show anna --role=admin', 'the line that lets anna in'],
  ],
  run,
});

interface Arguments {
  readonly _?: readonly (string | number)[];
  readonly folder: string;
  readonly role: Role;
  readonly json: boolean;
}

/** The secret key is written to its file and nowhere else. */
function run(args: Arguments, terminal: Terminal): Promise<number> {
  const { verb, name } = readPositionals(args);
  const files = keyFilesOf(args.folder, name);
  const publicKey = verb === 'new' ? writeKeyFiles(args.folder, name).publicKey : readPublicKey(files.public);
  if (args.json) terminal.out(`${JSON.stringify({ name, publicKey, files })}\n`);
  else tell(terminal, { ...args, verb, name, publicKey });
  return Promise.resolve(EXIT.done);
}

interface Shown extends Pick<Arguments, 'folder' | 'role'> {
  readonly verb: (typeof VERBS)[number];
  readonly name: string;
  readonly publicKey: string;
}

function tell(terminal: Terminal, { verb, name, publicKey, folder, role }: Shown): void {
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
    const found = given.length === 0 ? 'nothing is given' : `"${given.join(' ')}" is given`;
    throw new ContextdError('CLI_USAGE', `contextd keys takes what to do and one name, but ${found}`, {
      hint: "run 'contextd keys new NAME' to make keys, or 'contextd keys show NAME' to show them",
    });
  }
  if (isId(name)) return { verb, name };
  throw new ContextdError('CLI_USAGE', `"${name}" is not a valid name for keys`, {
    hint: `a name consists of ${ID_RULE}`,
  });
}

/** Keys made elsewhere may hold what XML reads as markup. */
function escapeAttribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
