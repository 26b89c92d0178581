// Composes the errors for programs that cannot be started.

import { ContextdError, hasErrnoCode, messageOf } from '../../base/errors.js';
import type { HostProgram } from '../../messages/host-bootstrap.js';

/** For a tool of the exec chain that failed itself, or could not execute the next one (exit code 126 or 127). */
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
        hint: 'check that the file is a program, and that the user can access it, its interpreter and its working folder',
      },
    );
  }
  return new ContextdError('SVC_LAUNCH_FAILED', message, {
    hint: 'correct <rlimits> or <user> in the context file; only root can raise a limit',
  });
}

/** The provider has checked the file before; these errors appear only when the program is started. */
export function spawnError({ file, user }: HostProgram, cause: unknown): ContextdError {
  if (cause instanceof ContextdError) return cause;
  const text = messageOf(cause);
  if (hasErrnoCode(cause, 'E2BIG')) {
    return new ContextdError('SVC_LAUNCH_FAILED', `${file} cannot be started: ${text}`, {
      cause,
      hint: 'the kernel allows 128 KiB for one argument or variable, and a quarter of `ulimit -s` for all together',
    });
  }
  if (hasErrnoCode(cause, 'ENOENT')) {
    return new ContextdError('SVC_PROGRAM_NOT_FOUND', `${file} cannot be started: ${text}`, {
      cause,
      hint: 'correct the interpreter in the first line (#!) of the file',
    });
  }
  if (hasErrnoCode(cause, 'EACCES', 'ENOEXEC')) {
    const who = user === undefined ? '' : ` as ${user.name}`;
    return new ContextdError('SVC_PROGRAM_NOT_EXECUTABLE', `${file} cannot be started${who}: ${text}`, {
      cause,
      hint: 'check that the file is a program, and that the user can access it and its working folder',
    });
  }
  if (hasErrnoCode(cause, 'EPERM')) {
    return new ContextdError(
      'SVC_USER_REFUSED',
      `${file} cannot be started as ${user?.name ?? 'this user'}: ${text}`,
      {
        cause,
        hint: 'run the provider as root or as that user, or remove <user>',
      },
    );
  }
  return new ContextdError('SVC_LAUNCH_FAILED', `${file} cannot be started: ${text}`, { cause });
}
