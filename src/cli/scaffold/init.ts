// contextd init NAME: creates the folder of a new project with a first service, its test and its context.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import type { InferredOptionTypes } from 'yargs';
import { ContextdError, EXIT, hasErrnoCode } from '../../base/errors.js';
import { ownManifest } from '../../base/package.js';
import { isOwnProject, planScaffold } from '../../scaffold/plan.js';
import {
  checkProject,
  checkProjectName,
  readOwnProject,
  readProject,
  type ProjectFields,
} from '../../scaffold/project.js';
import { readState } from '../../scaffold/read-state.js';
import { writePlan } from '../../scaffold/write.js';
import { defineCommand } from '../arguments/command.js';
import { formatDryRun, formatNewProject } from '../show/plan.js';
import { usageError } from '../arguments/usage-errors.js';

const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;
const DEFAULTS = { task_service: 'Hello', sub_port: '5556', pub_port: '5557' } as const;
const options = {
  task_service: text(
    `Name of the first service, its folder and its files [default: ${DEFAULTS.task_service}]`,
  ),
  sub_port: text(`Port for subscribers [default: ${DEFAULTS.sub_port}]`),
  pub_port: text(`Port for publishers [default: ${DEFAULTS.pub_port}]`),
  contextd: {
    type: 'string',
    requiresArg: true,
    describe: 'Version range or file that npm installs as contextd [default: this version]',
  },
  dry_run: { type: 'boolean', default: false, describe: 'Print the changes as a diff, write nothing' },
  force: { type: 'boolean', default: false, describe: 'Overwrite edited files' },
} as const;
type Args = InferredOptionTypes<typeof options> & { readonly _?: readonly (string | number)[] };

/** A path rather than a range or a URL, by the rules of npm. */
const PATH = /^(?:file:|\.{0,2}\/)|\.tgz$/;

export const init = defineCommand({
  name: 'contextd init',
  summary: 'Create the folder NAME: a project with a first service, its test, its context and npm scripts.',
  positionals: '<name>',
  options,
  values: { _: 'files', contextd: 'files' },
  examples: [
    ['contextd init weather-app', 'Create the folder weather-app'],
    ['contextd init .', 'Create the project in the current folder'],
    ['contextd init Weather --contextd=contextd-0.1.0.tgz', 'Install contextd from a file'],
  ],
  async run(args: Args, terminal) {
    const project = await readFields(args);
    rejectFaults(project);
    const request = readProject(project);
    await rejectOccupied(request.servicePath, async () => isOwnProject(request, await readState(request)));
    const plan = planScaffold(request, await readState(request), args.force);
    if (args.dry_run) {
      terminal.out(formatDryRun(plan));
      return EXIT.done;
    }
    await writePlan(plan);
    terminal.out(formatNewProject(request, plan));
    return EXIT.done;
  },
});

/** Flags that are not given keep the values of an existing project. */
async function readFields(args: Args): Promise<ProjectFields> {
  const name = nameOf(args);
  checkProjectName(name);
  const folder = resolve(name);
  await namesIn(folder);
  const { task_service, sub_port, pub_port } = args;
  const contextd = args.contextd === undefined ? undefined : specOf(args.contextd, folder);
  const given = Object.entries({ task_service, sub_port, pub_port, contextd });
  return {
    ...{ ...DEFAULTS, contextd: `^${ownManifest().version}`, folder },
    ...(await readOwnProject(folder)),
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
}

function nameOf({ _: names = [] }: Args): string {
  const [name, ...more] = names;
  if (name !== undefined && more.length === 0) return String(name);
  const message =
    name === undefined ? 'no name is given' : `more than one name is given: ${names.join(', ')}`;
  throw usageError(
    message,
    "'contextd init weather' creates the folder weather; 'contextd init .' uses the current folder",
  );
}

/** npm resolves paths from the project's folder, not from the current one. */
function specOf(spec: string, folder: string): string {
  if (!PATH.test(spec) || spec.includes('://')) return spec;
  const path = resolve(spec.replace(/^file:/, ''));
  if (!existsSync(path)) {
    throw usageError(
      `invalid value "${spec}" for --contextd: there is no file ${path}`,
      "pass a file that 'npm pack' created, or a range such as ^0.1.0",
    );
  }
  const near = relative(folder, path);
  return `file:${isAbsolute(near) ? path : near}`;
}

function rejectFaults(project: ProjectFields): void {
  const faults = checkProject(project).map(({ field, message, hint }) => `--${field}: ${message} (${hint})`);
  if (faults.length === 0) return;
  const message =
    faults.length === 1 ? faults.join('') : ['these flags are invalid:', ...faults].join('\n  ');
  throw usageError(message, "run 'contextd init --help' to see its flags");
}

/** Completes a project that contextd created; rejects any other folder with files. */
async function rejectOccupied(folder: string, isOurs: () => Promise<boolean>): Promise<void> {
  const names = await namesIn(folder);
  if (names.every((each) => each === '.git') || (await isOurs())) return;
  throw new ContextdError('TPL_CONFLICT', `${folder} exists and is not empty`, {
    hint: 'choose another name, or add a service to an existing project with create_service',
  });
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (hasErrnoCode(error, 'ENOENT')) return [];
    if (!hasErrnoCode(error, 'ENOTDIR')) throw error;
    throw new ContextdError('TPL_CONFLICT', `${folder} is a file`, { hint: 'choose another name' });
  });
}
