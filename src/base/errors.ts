// The one error class and the table of every error code: its family, its exit code, its meaning.

import { readSystemError } from './system-error.js';

/** Exit codes of every command: what a script may rely on. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, deadline: 4 } as const;

interface ErrorEntry {
  readonly exitCode: (typeof EXIT)[keyof typeof EXIT];
  readonly meaning: string;
}

const failed = (meaning: string): ErrorEntry => ({ exitCode: EXIT.failed, meaning });
const usage = (meaning: string): ErrorEntry => ({ exitCode: EXIT.usage, meaning });

/** Public and never reused; docs/errors.md lists the same codes, a test compares the two. */
export const ERROR_CODES = {
  XML_UNREADABLE: failed('A file could not be read.'),
  XML_MALFORMED: failed('A file is not well-formed XML.'),
  CTX_INVALID: failed('A context or meta file is well-formed, but not valid; all its faults are listed.'),
  CTX_CONFIGURATION_MISSING: failed('A command needs a configuration that neither it nor the provider has.'),
  CTX_TRANSACTION_UNKNOWN: failed('No transaction of this id is known to the provider.'),
  CTX_TRANSACTION_TAKEN: failed('The transaction id belongs to another context.'),
  CTX_TRANSACTION_RUNNING: failed('A transaction is to be forgotten, but services of it still run.'),
  CTX_AMBIGUOUS: failed('A command or question names no transaction, and several can be meant.'),
  CTX_ENDING: failed('The provider is about to end, so nothing is started any more.'),
  CTX_RELOAD_REFUSED: failed('A reload would change what only a restart of the provider can change.'),
  CTX_JOURNAL_HELD: failed('Another provider runs this context from the same folder.'),
  CTX_JOURNAL_UNWRITABLE: failed('The provider cannot write its journal, so it starts nothing more.'),
  CTX_FILE_GONE: failed('A file that the provider needs was removed, and could not be made again.'),
  CTX_COMMANDS_FULL: failed('The provider remembers as many answers as it can; commands must wait.'),
  CTX_JOURNAL_FOREIGN: failed(
    'The journal in the state folder is of another context file, or of other addresses.',
  ),
  CTX_TAKING_OVER: failed('The provider is still taking over, and more waits for it than it holds.'),
  BUS_ADDRESS_IN_USE: failed('An endpoint is already bound by another process.'),
  BUS_BIND_REFUSED: failed('An endpoint could not be bound.'),
  BUS_FORWARDER_FAILED: failed('The process of the forwarder could not be started.'),
  BUS_CLOSED: failed('A socket was used after it was closed.'),
  BUS_UNREACHABLE: { exitCode: EXIT.unreachable, meaning: 'No provider answered at the endpoint.' },
  BUS_DEADLINE: { exitCode: EXIT.deadline, meaning: 'The provider is there, but did not answer in time.' },
  SEC_KEY_FILE: failed('A key file could not be read or written, or others can read it.'),
  SEC_KEY_MISSING: {
    exitCode: EXIT.unreachable,
    meaning: 'The provider is secured, and no key was named to connect with.',
  },
  SEC_CONNECTION_REFUSED: {
    exitCode: EXIT.unreachable,
    meaning: 'The provider is there, but does not speak with the owner of this key, or of none.',
  },
  SEC_KEY_UNKNOWN: failed("A message is sealed with a key that is not in the provider's context file."),
  SEC_PATH_UNSAFE: failed(
    'A folder or file is a link, belongs to somebody else, or can be written by others.',
  ),
  SEC_SEAL_INVALID: failed('A message has no seal, or one that its sender did not write.'),
  SEC_REPLAYED: failed('A message was sealed too long ago, or has come before.'),
  SEC_ROLE_REFUSED: failed("The role of a client's key does not allow what it asks."),
  SEC_SENDER_REFUSED: failed('A service speaks for another one.'),
  MSG_FRAME_INVALID: failed('A frame from the bus is not a "<topic> @@@ <JSON>".'),
  MSG_INVALID: failed('A message lacks a field or has one of the wrong type.'),
  MSG_ACTION_UNKNOWN: failed('A message asks for an action that does not exist.'),
  SVC_UNKNOWN: failed('No task service of this id is in the transaction.'),
  SVC_ALREADY_STARTED: failed('A start was asked for a task service that is already running.'),
  SVC_NOT_FOUND: failed('The code of a task service is not where its context says.'),
  SVC_LOCATION_REFUSED: failed('A command names a location outside the service roots.'),
  SVC_BUILD_FAILED: failed('The code of a task service does not compile.'),
  SVC_LOAD_FAILED: failed('The code of a task service failed while it was loaded.'),
  SVC_TASK_FAILED: failed('A task threw an error.'),
  SVC_CONFIGURATION_INVALID: failed("A task service's configuration does not fit what its task declares."),
  SVC_LAUNCH_FAILED: failed('The process of a task service could not be started.'),
  SVC_START_TIMEOUT: failed('A task service was not ready within its start timeout.'),
  SVC_GAVE_UP: failed('A task service was restarted too often by transitions, and is left alone.'),
  SVC_HEARTBEAT_LOST: failed('A task service gave no sign of life for longer than its limit allows.'),
  SVC_LOG_UNREADABLE: failed('The log of a task service does not exist, or cannot be read on this machine.'),
  SVC_EXITED: failed('The process of a task service ended without having been asked to.'),
  SVC_PROGRAM_NOT_FOUND: failed('The program of a task service is not there.'),
  SVC_PROGRAM_NOT_EXECUTABLE: failed('The program of a task service is there, but cannot be executed.'),
  SVC_PROGRAM_REFUSED: failed("A command names a program that the provider's own file does not."),
  SVC_ENV_FILE: failed(
    'The <env_file> of a task service cannot be read, or holds a name that is not valid for a variable.',
  ),
  SVC_USER_UNKNOWN: failed('The user as whom a program is to run does not exist.'),
  SVC_USER_REFUSED: failed('The provider may not run a program as that user.'),
  SVC_LIMIT_EXCEEDED: failed('A task service costs more than a <limit> of its supervision allows.'),
  SVC_ID_TAKEN: failed('A task service of another kind has the id under which one is to be added.'),
  SVC_NO_MONITOR: failed('No Monitor samples the services of the transaction.'),
  TPL_NAME_INVALID: failed('A name is not a valid identifier, so no code can be generated for it.'),
  TPL_CONFLICT: failed('A file to be written was edited, or an id is already taken.'),
  TPL_WRITE_FAILED: failed('A file could not be written; what was written before it was taken back.'),
  TST_EVENT_MISSING: failed('An event that a test waits for has not come.'),
  TST_NOT_ENDED: failed('A task in a test does not end, though it was asked to.'),
  CLI_OUTPUT: failed('The output of a command could not be written.'),
  CLI_USAGE: usage('A command was called with missing, unknown or contradicting arguments.'),
  ENV_NOT_PERMITTED: failed('The user of this process may not read or write a file or folder.'),
  ENV_READ_ONLY: failed('A file system can only be read.'),
  ENV_DISK_FULL: failed('A disk is full, or a quota used up.'),
  ENV_FILE_TOO_LARGE: failed('A file would be larger than this process may write.'),
  ENV_NO_DESCRIPTORS: failed('This process or the machine can open no more files.'),
  ENV_NO_RESOURCES: failed('The machine has no memory or no processes left.'),
  ENV_FOLDER_REMOVED: failed('The current folder has been removed.'),
  ENV_PATH_MISSING: failed('A file or folder that is needed is not there.'),
  ENV_PATH_UNFIT: failed(
    'A path is a file where a folder is needed, the other way round, taken, or too long.',
  ),
  ENV_NO_HARD_LINKS: failed('The file system of a state folder has no hard links or no symbolic links.'),
  ENV_INPUT_OUTPUT: failed('A device or file system fails.'),
  INTERNAL: failed('A fault of contextd itself.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorParts {
  /** What the user can do: the next command to run or the line to change. */
  readonly hint?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

const errorMark = Symbol.for('contextd.error');

/**
 * The only error class: `code` for programs, `message` and `hint` for people, `details` for both.
 * `instanceof` knows it also from another copy of this package: services and their host have one each.
 */
export class ContextdError extends Error {
  static override [Symbol.hasInstance](value: unknown): value is ContextdError {
    return typeof value === 'object' && value !== null && errorMark in value;
  }

  readonly [errorMark] = true;
  override readonly name = 'ContextdError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, parts: ErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.hint = parts.hint;
    this.details = parts.details ?? {};
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exitCode;
  }
}

/** An error as it travels in a message; `file` and `line` where one is to blame. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly [more: string]: unknown;
}

export function reportError(error: unknown, fallback: ErrorCode = 'INTERNAL'): ErrorReport {
  const known = asContextdError(error, fallback);
  const { file, line } = known.details;
  return {
    code: known.code,
    message: known.message,
    ...(known.hint === undefined ? {} : { hint: known.hint }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
}

/** What was reported from elsewhere as one of our errors; a code that is not known is still told. */
export function reviveError(report: ErrorReport, details: ContextdError['details'] = {}): ContextdError {
  const { code, message, hint } = report;
  if (Object.hasOwn(ERROR_CODES, code))
    return new ContextdError(code as ErrorCode, message, { hint, details });
  return new ContextdError('MSG_INVALID', `${code}: ${message}`, { hint });
}

/** INTERNAL is left for defects of ours: what the operating system refuses has a code and a hint of its own. */
export function asContextdError(error: unknown, fallback: ErrorCode = 'INTERNAL'): ContextdError {
  if (error instanceof ContextdError) return error;
  const fault = fallback === 'INTERNAL' ? readSystemError(error) : undefined;
  if (fault !== undefined)
    return new ContextdError(fault.code, fault.message, { hint: fault.hint, cause: error });
  return new ContextdError(fallback, messageOf(error), { cause: error });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for errors of node's own calls with one of these codes, such as ENOENT. */
export function hasErrnoCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new ContextdError('INTERNAL', `unexpected value ${JSON.stringify(value)}`);
}
