// Why a program could not be started, and what to do about it.

import { ContextdError, hasErrnoCode, messageOf } from '../../base/errors.js';
import type { HostProgram } from '../../messages/host-bootstrap.js';

/** A tool of an exec chain ends with these when it cannot do its part, or cannot execute what is next. */
export function wrapperError(
  { file, user }: HostProgram,
  exitCode: number | undefined,
  output: string,
): ContextdError {
  const who = user === undefined ? '' : ` as ${user.name}`;
  const message = `${file} cannot be started${who}: ${output}`;
  if (exitCode === 126 || exitCode === 127) {
    return new ContextdError(
      exitCode === 126 ? 'SVC_PROGRAM_NOT_EXECUTABLE' : 'SVC_PROGRAM_NOT_FOUND',
      message,
      {
        hint: 'see that the file, its interpreter and the folder it runs in are open to that user, and that it is a program',
      },
    );
  }
  return new ContextdError('SVC_LAUNCH_FAILED', message, {
    hint: 'correct <rlimits> or <user> in the context file; only root can raise a limit',
  });
}

/** The provider has looked before; what is told here, only trying shows. */
export function spawnError({ file, user }: HostProgram, cause: unknown): ContextdError {
  if (cause instanceof ContextdError) return cause;
  const text = messageOf(cause);
  if (hasErrnoCode(cause, 'E2BIG')) {
    return new ContextdError('SVC_LAUNCH_FAILED', `${file} cannot be started: ${text}`, {
      cause,
      hint: 'the kernel takes 128 KiB for one argument or variable, and for all together a quarter of `ulimit -s`',
    });
  }
  if (hasErrnoCode(cause, 'ENOENT')) {
    return new ContextdError('SVC_PROGRAM_NOT_FOUND', `${file} cannot be started: ${text}`, {
      cause,
      hint: 'correct the interpreter that its first line (#!) names',
    });
  }
  if (hasErrnoCode(cause, 'EACCES', 'ENOEXEC')) {
    const who = user === undefined ? '' : ` as ${user.name}`;
    return new ContextdError('SVC_PROGRAM_NOT_EXECUTABLE', `${file} cannot be started${who}: ${text}`, {
      cause,
      hint: 'see that the file and the folder it runs in are open to that user, and that it is a program',
    });
  }
  if (hasErrnoCode(cause, 'EPERM')) {
    return new ContextdError(
      'SVC_USER_REFUSED',
      `${file} cannot be started as ${user?.name ?? 'this user'}: ${text}`,
      {
        cause,
        hint: 'run the provider as root or as that user, or leave <user> out',
      },
    );
  }
  return new ContextdError('SVC_LAUNCH_FAILED', `${file} cannot be started: ${text}`, { cause });
}
