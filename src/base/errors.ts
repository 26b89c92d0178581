// The only error class, and the table of all error codes with exit code and meaning.

import { classifySystemError } from './system-error.js';

/** Exit codes of all commands. Scripts rely on them: never change one. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, deadline: 4 } as const;

interface ErrorEntry {
  readonly exitCode: (typeof EXIT)[keyof typeof EXIT];
  readonly meaning: string;
}

const failed = (meaning: string): ErrorEntry => ({ exitCode: EXIT.failed, meaning });
const usage = (meaning: string): ErrorEntry => ({ exitCode: EXIT.usage, meaning });

/** Public; a code is never reused. docs/errors.md repeats this table; test/repo/errors.test.ts compares the two. */
export const ERROR_CODES = {
  XML_UNREADABLE: failed('A file could not be read.'),
  XML_MALFORMED: failed('A file is not well-formed XML.'),
  CTX_INVALID: failed('A context or meta file is well-formed, but not valid; all its faults are listed.'),
  CTX_CONFIGURATION_MISSING: failed('A command needs a configuration that neither it nor the provider has.'),
  CTX_TRANSACTION_UNKNOWN: failed('No transaction of this id is known to the provider.'),
  CTX_TRANSACTION_TAKEN: failed('The transaction id belongs to another context.'),
  CTX_TRANSACTION_RUNNING: failed('A transaction cannot be removed while its services run.'),
  CTX_AMBIGUOUS: failed('A command or query names no transaction, and several transactions match.'),
  CTX_ENDING: failed('The provider is shutting down, so it starts nothing.'),
  CTX_RELOAD_REFUSED: failed('A reload would change what only a restart of the provider can change.'),
  CTX_JOURNAL_HELD: failed('Another provider runs this context from the same folder.'),
  CTX_JOURNAL_UNWRITABLE: failed('The provider cannot write its journal, so it starts nothing.'),
  CTX_FILE_GONE: failed('A file that the provider needs was removed and could not be created again.'),
  CTX_COMMANDS_FULL: failed('The provider has stored as many replies as it can, so it rejects new commands.'),
  CTX_JOURNAL_FOREIGN: failed(
    'The journal in the state folder belongs to another context file or to other addresses.',
  ),
  CTX_PROVIDER_FAILED: failed('A provider that was started in the background ended before it was ready.'),
  CTX_NOT_IN_BACKGROUND: failed('The provider does not run in the background, so its console has no log.'),
  CTX_TAKING_OVER: failed('The provider is taking over, and too many messages are waiting.'),
  BUS_ADDRESS_IN_USE: failed('An endpoint is already bound by another process.'),
  BUS_BIND_REFUSED: failed('An endpoint could not be bound.'),
  BUS_FORWARDER_FAILED: failed('The forwarder process could not be started.'),
  BUS_CLOSED: failed('A socket was used after it was closed.'),
  BUS_UNREACHABLE: { exitCode: EXIT.unreachable, meaning: 'No provider answered at the endpoint.' },
  BUS_DEADLINE: { exitCode: EXIT.deadline, meaning: 'The provider is running, but did not reply in time.' },
  SEC_KEY_FILE: failed('A key file could not be read or written, or others can read it.'),
  SEC_KEY_MISSING: {
    exitCode: EXIT.unreachable,
    meaning: 'The provider is secured, and the client has no key.',
  },
  SEC_CONNECTION_REFUSED: {
    exitCode: EXIT.unreachable,
    meaning: 'The provider is running, but rejects the key of the client, or a client without a key.',
  },
  SEC_KEY_UNKNOWN: failed("The key of a message is not in the provider's context file."),
  SEC_PATH_UNSAFE: failed(
    'A folder or file is a link, belongs to another user, or is writable by other users.',
  ),
  SEC_SEAL_INVALID: failed('A message has no MAC, or a MAC that is not valid.'),
  SEC_REPLAYED: failed('A message is too old, or has arrived before.'),
  SEC_ROLE_REFUSED: failed('The role of the client does not allow the action.'),
  SEC_SENDER_REFUSED: failed('A service has published a message of another service.'),
  MSG_FRAME_INVALID: failed('A frame from the bus is not a "<topic> @@@ <JSON>".'),
  MSG_INVALID: failed('A message lacks a field, or a field has the wrong type.'),
  MSG_ACTION_UNKNOWN: failed('A message contains an unknown action.'),
  SVC_UNKNOWN: failed('The transaction has no task service with this id.'),
  SVC_ALREADY_STARTED: failed('The task service is already running.'),
  SVC_NOT_FOUND: failed('The code of a task service was not found.'),
  SVC_LOCATION_REFUSED: failed('A command names a location outside the service roots.'),
  SVC_BUILD_FAILED: failed('The code of a task service does not compile.'),
  SVC_LOAD_FAILED: failed('The code of a task service failed while it was loaded.'),
  SVC_TASK_FAILED: failed('A task threw an error.'),
  SVC_CONFIGURATION_INVALID: failed(
    'The configuration of a task service does not match the schema of its task.',
  ),
  SVC_LAUNCH_FAILED: failed('The process of a task service could not be started.'),
  SVC_START_TIMEOUT: failed('A task service was not ready within its start timeout.'),
  SVC_GAVE_UP: failed('A task service was restarted too often by transitions and is not restarted any more.'),
  SVC_HEARTBEAT_LOST: failed('A task service sent no heartbeat for longer than its limit allows.'),
  SVC_LOG_UNREADABLE: failed('The log of a task service does not exist, or cannot be read on this machine.'),
  SVC_EXITED: failed('The process of a task service ended unexpectedly.'),
  SVC_PROGRAM_NOT_FOUND: failed('The program of a task service was not found.'),
  SVC_PROGRAM_NOT_EXECUTABLE: failed('The program of a task service is not executable.'),
  SVC_PROGRAM_REFUSED: failed("A command contains a program that is not in the provider's own file."),
  SVC_ENV_FILE: failed(
    'The <env_file> of a task service cannot be read, or contains an invalid variable name.',
  ),
  SVC_USER_UNKNOWN: failed('The user of a program does not exist.'),
  SVC_USER_REFUSED: failed('The provider may not run a program as that user.'),
  SVC_LIMIT_EXCEEDED: failed('The resource usage of a task service exceeds a <limit> of its supervision.'),
  SVC_ID_TAKEN: failed('The id of a task service to add belongs to a task service of another kind.'),
  SVC_NO_MONITOR: failed('No Monitor samples the services of the transaction.'),
  TPL_NAME_INVALID: failed('A name is not a valid identifier, so no code can be generated for it.'),
  TPL_CONFLICT: failed('A file to be written was edited, or an id is already in use.'),
  TPL_WRITE_FAILED: failed('A file could not be written; files written before it were restored.'),
  TST_EVENT_MISSING: failed('An event that a test waits for was not reported.'),
  TST_NOT_ENDED: failed('A task in a test does not end after it was asked to stop.'),
  CLI_OUTPUT: failed('The output of a command could not be written.'),
  CLI_USAGE: usage('A command was called with missing, unknown or contradicting arguments.'),
  ENV_NOT_PERMITTED: failed('The user of this process may not read or write a file or folder.'),
  ENV_READ_ONLY: failed('A file system is read-only.'),
  ENV_DISK_FULL: failed('A disk is full, or a quota is exceeded.'),
  ENV_FILE_TOO_LARGE: failed('A file would exceed the file size limit of this process.'),
  ENV_NO_DESCRIPTORS: failed('This process or the machine can open no more files.'),
  ENV_NO_RESOURCES: failed('The machine has no memory or no processes left.'),
  ENV_FOLDER_REMOVED: failed('The current folder has been removed.'),
  ENV_PATH_MISSING: failed('A file or folder does not exist.'),
  ENV_PATH_UNFIT: failed(
    'A path is a file instead of a folder or the reverse, already exists, or is too long.',
  ),
  ENV_NO_HARD_LINKS: failed(
    'The file system of a state folder does not support hard links or symbolic links.',
  ),
  ENV_INPUT_OUTPUT: failed('A device or file system has failed.'),
  INTERNAL: failed('A defect in contextd.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorParts {
  /** What the user can do next: the command to run or the line to change. */
  readonly hint?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

const errorBrand = Symbol.for('contextd.error');

/**
 * An error of contextd: `code` for programs, `message` and `hint` for people, `details` for both.
 * `instanceof` also accepts instances from another copy of this package: services and their host load one each.
 */
export class ContextdError extends Error {
  static override [Symbol.hasInstance](value: unknown): value is ContextdError {
    return typeof value === 'object' && value !== null && errorBrand in value;
  }

  readonly [errorBrand] = true;
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

/** An error as a field of a message; `file` and `line` name the place if there is one. */
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

/** Converts a received report back to an error. An unknown code becomes part of the message. */
export function reviveError(report: ErrorReport, details: ContextdError['details'] = {}): ContextdError {
  const { code, message, hint } = report;
  if (Object.hasOwn(ERROR_CODES, code))
    return new ContextdError(code as ErrorCode, message, { hint, details });
  return new ContextdError('MSG_INVALID', `${code}: ${message}`, { hint });
}

/** Returns `error` as a ContextdError. Errors of the operating system get a code of their own; INTERNAL always means a defect of contextd. */
export function asContextdError(error: unknown, fallback: ErrorCode = 'INTERNAL'): ContextdError {
  if (error instanceof ContextdError) return error;
  const fault = fallback === 'INTERNAL' ? classifySystemError(error) : undefined;
  if (fault !== undefined)
    return new ContextdError(fault.code, fault.message, { hint: fault.hint, cause: error });
  return new ContextdError(fallback, messageOf(error), { cause: error });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns true for a Node.js error whose `code` is one of `codes`, such as ENOENT. */
export function hasErrnoCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Marks a branch that is unreachable by type. Throws INTERNAL. */
export function unreachable(value: never): never {
  throw new ContextdError('INTERNAL', `unexpected value ${JSON.stringify(value)}`);
}
