// contextd remove: removes a service from the context of this folder, and stops it if it runs.

import { relative } from 'node:path';
import type { InferredOptionTypes } from 'yargs';
import { EXIT } from '../../base/errors.js';
import { formatDiff } from '../../scaffold/diff.js';
import { planRemoval } from '../../scaffold/plan-removal.js';
import { readIfExists, textOf } from '../../scaffold/read-state.js';
import { writeChanges } from '../../scaffold/write.js';
import { defineCommand } from '../arguments/command.js';
import { completeServiceIds } from '../request/complete-service-ids.js';
import { chooseContextFile } from '../request/context-files.js';
import { nameOf } from './add.js';
import { applyToProvider, RELOAD_OPTIONS } from './apply.js';

const options = {
  context_file: {
    type: 'string',
    requiresArg: true,
    describe: 'The context file, if the folder has several',
  },
  dry_run: { type: 'boolean', default: false, describe: 'Print the changes as a diff, write nothing' },
  ...RELOAD_OPTIONS,
} as const;
type Args = InferredOptionTypes<typeof options> & { readonly _?: readonly (string | number)[] };

export const remove = defineCommand({
  name: 'contextd remove',
  summary: 'Remove a service from the context of this folder, and stop it if it runs. Its code stays.',
  positionals: '<name>',
  options,
  values: { _: completeServiceIds, context_file: 'files' },
  examples: [
    ['$0 worker', 'Remove the service worker'],
    ['$0 worker --dry_run', 'Print what would change'],
  ],
  async run(args: Args, terminal) {
    const id = nameOf('contextd remove', args);
    const named = args.context_file === undefined ? [] : [args.context_file];
    const path = await chooseContextFile(`contextd remove ${id}`, named);
    const change = planRemoval(path, textOf(path, await readIfExists(path)) ?? '', id);
    if (args.dry_run) {
      terminal.out(formatDiff([change], (each) => relative('', each)));
      return EXIT.done;
    }
    await writeChanges([change]);
    terminal.out(`updated: ${relative('', path)}\n`);
    return await applyToProvider(path, args, { terminal, otherwise: '' });
  },
});
