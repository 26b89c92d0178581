// Declares the tools and rights that a test needs; without them the test is skipped, and the run ends with the packages to install.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestRunner } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { findControlGroups } from '../../src/processes/control-group.js';
import { findFreezer } from './freezer.js';
import { canLimitMemory } from './memory-limit.js';

interface Requirement {
  /** The program that the test may start. */
  readonly program?: Program;
  /** Its Debian package; undefined for a right or a feature of the system. */
  readonly debian?: string;
  readonly isMet: () => boolean;
}

/** Programs that a test may start with `tool`, with their paths. */
export const PROGRAMS = {
  fish: 'fish',
  git: 'git',
  lsof: 'lsof',
  ps: 'ps',
  // Not the first in PATH: Debian's packages are for Debian's Python.
  python3: '/usr/bin/python3',
  setpriv: 'setpriv',
  ss: 'ss',
  'systemd-analyze': 'systemd-analyze',
  tmux: 'tmux',
  unshare: 'unshare',
  xmllint: 'xmllint',
  zsh: 'zsh',
} as const;
export type Program = keyof typeof PROGRAMS;

const REQUIREMENTS = {
  fish: program('fish', 'fish', ['--version']),
  git: program('git', 'git', ['--version']),
  lsof: program('lsof', 'lsof', ['-v']),
  ps: program('ps', 'procps', ['--version']),
  python3: program('python3', 'python3', ['--version']),
  'python3-nacl': program('python3', 'python3-nacl', ['-c', 'import nacl.bindings']),
  'python3-zmq': program('python3', 'python3-zmq', ['-c', 'import zmq']),
  ss: program('ss', 'iproute2', ['--version']),
  'systemd-analyze': program('systemd-analyze', 'systemd', ['--version']),
  tmux: program('tmux', 'tmux', ['-V']),
  xmllint: program('xmllint', 'libxml2-utils', ['--version']),
  zsh: program('zsh', 'zsh', ['--version']),
  /** For tests of features that only Linux has. */
  linux: { isMet: () => process.platform === 'linux' },
  root: { isMet: () => process.getuid?.() === 0 },
  /** Root, and another user who can read this clone. */
  'another user': {
    program: 'setpriv',
    isMet: () => canSwitchUser(),
  },
  /** Root, and a user of this machine with supplementary groups. */
  'a user with groups': {
    program: 'setpriv',
    isMet: () => canSwitchUser() && findMember() !== undefined,
  },
  'a process namespace': {
    program: 'unshare',
    isMet: () => runs('unshare', ['--pid', '--fork', '--mount-proc', 'true']),
  },
  'a mount namespace': { program: 'unshare', isMet: () => runs('unshare', ['-m', 'true']) },
  /** Of version 1, newly mounted: a file system with folders but without links. */
  'a control group hierarchy': {
    isMet: () => runs('unshare', ['-m', 'sh', '-c', 'mount -t cgroup -o none,name=contextd-test none /mnt']),
  },
  'a freezer': { isMet: () => findFreezer() !== undefined },
  'a network namespace': {
    program: 'unshare',
    isMet: () => runs('unshare', ['--pid', '--net', '--fork', '--mount-proc', '--kill-child', 'true']),
  },
  'control groups': { isMet: () => findControlGroups() !== undefined },
  'a memory control group': { isMet: canLimitMemory },
} satisfies Readonly<Record<string, Requirement>>;
export type Need = keyof typeof REQUIREMENTS;

const UNPRIVILEGED = ['--reuid=65534', '--regid=65534', '--clear-groups'];
/** Marks every test that needs a package: `vitest run --tags-filter=package` runs only those. */
const OF_A_PACKAGE = 'package';

/** All Debian packages that tests need, sorted. */
export const PACKAGES = Object.values<Requirement>(REQUIREMENTS)
  .flatMap(({ debian }) => debian ?? [])
  .sort();

/** The names and descriptions for vitest's `tags`. */
export const NEED_TAGS = [
  { name: OF_A_PACKAGE, description: 'needs a Debian package' },
  ...Object.keys(REQUIREMENTS).map((name) => ({ name: tagOf(name as Need), description: `needs ${name}` })),
];

/** Options of a test: `test('…', needs('tmux'), async () => …)`. */
export function needs(...names: readonly Need[]): { readonly tags: string[]; readonly skip: boolean } {
  const hasPackage = names.some((name) => requirementOf(name).debian !== undefined);
  const tags = names.map(tagOf);
  // With CONTEXTD_TOOLS=required a missing tool fails the test instead of skipping it.
  const isRequired = process.env.CONTEXTD_TOOLS === 'required';
  return { tags: hasPackage ? [...tags, OF_A_PACKAGE] : tags, skip: !isRequired && !names.every(isMet) };
}

/** The path of a program; throws if the test does not declare it with `needs`. */
export function tool(name: Program): string {
  const { tags = [], name: test } = TestRunner.getCurrentTest() ?? { name: 'outside of a test' };
  const needed = needsOf(tags).map((need) => requirementOf(need).program);
  if (!needed.includes(name)) throw new Error(`"${test}" starts ${name} without needs(…)`);
  return PROGRAMS[name];
}

/** One line about the skipped tests with these tags; undefined if no test was skipped. */
export function summarize(
  skipped: readonly (readonly string[])[],
  isThere: (name: Need) => boolean = isMet,
): string | undefined {
  const unmet = skipped
    .map((tags) => needsOf(tags).filter((name) => !isThere(name)))
    .filter(({ length }) => length > 0);
  if (unmet.length === 0) return undefined;
  const missing = [...new Set(unmet.flat())].sort();
  const packages = missing.flatMap((name) => requirementOf(name).debian ?? []);
  const count = unmet.length === 1 ? '1 test was' : `${unmet.length} tests were`;
  const advice = packages.length === 0 ? '' : `; apt-get install ${packages.join(' ')} lets more of them run`;
  return `${count} skipped: this machine does not offer ${missing.join(', ')}${advice}`;
}

function canSwitchUser(): boolean {
  return runs('setpriv', [...UNPRIVILEGED, 'test', '-r', join(packageRoot, 'package.json')]);
}

/** A user of this machine with supplementary groups. */
export function findMember(): string | undefined {
  const lines = readFileSync('/etc/group', 'utf8').split('\n');
  return lines.map((line) => line.split(':')[3]?.split(',')[0] ?? '').find((name) => name !== '');
}

function program(name: Program, debian: string, parameters: readonly string[]) {
  return { program: name, debian, isMet: () => runs(name, parameters) };
}

function runs(name: Program, parameters: readonly string[]): boolean {
  return spawnSync(PROGRAMS[name], parameters, { stdio: 'ignore' }).status === 0;
}

const known = new Map<Need, boolean>();

function isMet(name: Need): boolean {
  const met = known.get(name) ?? requirementOf(name).isMet();
  known.set(name, met);
  return met;
}

function requirementOf(name: Need): Requirement {
  return REQUIREMENTS[name];
}

function tagOf(name: Need): string {
  return name.replaceAll(' ', '-');
}

function needsOf(tags: readonly string[]): readonly Need[] {
  return (Object.keys(REQUIREMENTS) as Need[]).filter((name) => tags.includes(tagOf(name)));
}
