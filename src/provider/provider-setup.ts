// The options of a provider, and what its parts share: files, clock, health, notices.

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../base/clock.js';
import { fileNameOf, ignoresCase } from '../base/file-name.js';
import { Health } from '../base/health.js';
import { systemRandom, type RandomSource } from '../base/random.js';
import type { Notice } from '../messages/notice.js';
import type { ContextFile } from '../model/read/read-context.js';
import { ownerOf } from '../processes/run-token.js';

export interface ProviderOptions {
  readonly file: ContextFile;
  /** Folders, besides those of the context file, that code may be loaded from. */
  readonly serviceRoots?: readonly string[];
  /** Allows binds that other machines can reach. */
  readonly insecure?: boolean;
  /** Receives commands, answers, events, transitions and warnings in the order in which they happen. */
  readonly notice?: (notice: Notice) => void;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  /** Where journal, logs and compiled services are kept; `<context folder>/.contextd/<ContextID>` when left out. */
  readonly stateFolder?: string;
  /** Whether each service gets a control group, where the system permits it; true when left out. */
  readonly controlGroups?: boolean;
  /** The file that the notices are written to, for the registry. */
  readonly consoleLog?: string | undefined;
}

/** The options with their defaults, and what is derived from them. */
export interface ProviderSetup {
  readonly file: ContextFile;
  readonly contextId: string;
  readonly contextFolder: string;
  readonly serviceRoots: readonly string[];
  readonly isInsecure: boolean;
  readonly hasControlGroups: boolean;
  readonly stateFolder: string;
  /** Names the state folder in the tokens of runs: see processes/run-token.ts. */
  readonly owner: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly notice: (notice: Notice) => void;
  readonly warn: (text: string) => void;
  readonly health: Health;
  readonly consoleLog: string | undefined;
  /** Called when a client's `exit` has been answered, and when another provider has taken the lock. */
  readonly exit: () => void;
}

export function createSetup(options: ProviderOptions, exit: () => void): ProviderSetup {
  const { file, notice = () => undefined, clock = systemClock, random = systemRandom } = options;
  const { ContextID: contextId } = file.configuration;
  const stateFolder = options.stateFolder ?? stateFolderOf(file.folder, contextId);
  const warn = (text: string) => notice({ kind: 'warning', text });
  return {
    file,
    contextId,
    contextFolder: file.folder,
    serviceRoots: options.serviceRoots ?? [],
    isInsecure: options.insecure ?? false,
    hasControlGroups: options.controlGroups ?? true,
    stateFolder,
    owner: ownerOf(stateFolder),
    clock,
    random,
    notice,
    warn,
    health: new Health(warn),
    consoleLog: options.consoleLog,
    exit,
  };
}

/** Where the state of a context is kept: `.contextd/<ContextID>` in the context folder. */
export function stateFolderOf(contextFolder: string, contextId: string): string {
  const folder = realpathSync(contextFolder);
  return join(folder, '.contextd', fileNameOf(contextId, ignoresCase(folder)));
}
