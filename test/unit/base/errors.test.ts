import { describe, expect, it } from 'vitest';
import {
  asContextdError,
  ContextdError,
  ERROR_CODES,
  hasErrnoCode,
  messageOf,
  reportError,
  unreachable,
  type ErrorCode,
} from '../../../src/base/errors.js';

describe('ContextdError', () => {
  it('carries code, message, hint, details, cause and exit code', () => {
    const cause = new Error('deep');
    const error = new ContextdError('BUS_UNREACHABLE', 'no answer', { hint: 'go', details: { a: 1 }, cause });
    expect(error).toMatchObject({ name: 'ContextdError', code: 'BUS_UNREACHABLE', message: 'no answer' });
    expect(error).toMatchObject({ hint: 'go', details: { a: 1 }, cause, exitCode: 3 });
    expect(error).toBeInstanceOf(Error);
  });

  it.each([
    ['CLI_USAGE', 2],
    ['BUS_UNREACHABLE', 3],
    ['BUS_DEADLINE', 4],
    ['INTERNAL', 1],
    ['SVC_TASK_FAILED', 1],
  ] as const)('%s ends a command with %i', (code, exitCode) => {
    expect(new ContextdError(code, '').exitCode).toBe(exitCode);
  });

  it('has codes with a known prefix, each with a meaning that is a sentence', () => {
    const odd = Object.entries(ERROR_CODES).filter(
      ([code, { meaning }]) =>
        !/^(XML|CTX|BUS|MSG|SVC|TPL|TST|CLI|SEC|ENV)(_[A-Z]+)+$|^INTERNAL$/.test(code) ||
        !/^[A-Z].*\.$/.test(meaning),
    );
    expect(odd).toEqual([]);
  });
});

describe('an error in a message', () => {
  const full = { hint: 'h', details: { file: '/a.ts', line: 3, secret: 'no' } };

  it.each<[string, unknown, ErrorCode | undefined, unknown]>([
    [
      'code and message',
      new ContextdError('SVC_EXITED', 'm'),
      undefined,
      { code: 'SVC_EXITED', message: 'm' },
    ],
    [
      'hint and place',
      new ContextdError('SVC_EXITED', 'm', full),
      undefined,
      { code: 'SVC_EXITED', message: 'm', hint: 'h', file: '/a.ts', line: 3 },
    ],
    ['any other error', new TypeError('t'), undefined, { code: 'INTERNAL', message: 't' }],
    [
      'any other error, by a code of choice',
      new TypeError('t'),
      'SVC_LAUNCH_FAILED',
      { code: 'SVC_LAUNCH_FAILED', message: 't' },
    ],
    ['whatever was thrown', 'text', undefined, { code: 'INTERNAL', message: 'text' }],
  ])('has %s', (_what, thrown, fallback, report) => {
    expect(reportError(thrown, fallback)).toEqual(report);
  });
});

it('a ContextdError is returned unchanged, any other error becomes its cause', () => {
  const own = new ContextdError('CLI_USAGE', 'u');
  expect(asContextdError(own, 'INTERNAL')).toBe(own);
  const other = new Error('o');
  expect(asContextdError(other)).toMatchObject({ code: 'INTERNAL', message: 'o', cause: other });
});

it('messageOf returns a text for any value', () => {
  expect([messageOf(new Error('e')), messageOf(7), messageOf(null)]).toEqual(['e', '7', 'null']);
});

it('hasErrnoCode checks the code of a Node.js error', () => {
  const error = Object.assign(new Error('x'), { code: 'ENOENT' });
  expect(hasErrnoCode(error, 'EACCES', 'ENOENT')).toBe(true);
  expect([hasErrnoCode(error, 'EACCES'), hasErrnoCode({ code: 'ENOENT' }, 'ENOENT')]).toEqual([false, false]);
});

it('unreachable throws an error with the unexpected value', () => {
  expect(() => unreachable({ odd: 1 } as never)).toThrow('unexpected value {"odd":1}');
});

describe('an error of the operating system', () => {
  const fault = (code: string, syscall = 'open', more: object = {}) =>
    Object.assign(new Error(`${code}: reported by the system, ${syscall} '/a'`), {
      code,
      syscall,
      errno: -1,
      path: '/a',
      ...more,
    });

  it.each([
    ['EACCES', 'open', 'ENV_NOT_PERMITTED'],
    ['EPERM', 'chmod', 'ENV_NOT_PERMITTED'],
    ['EROFS', 'mkdir', 'ENV_READ_ONLY'],
    ['ENOSPC', 'write', 'ENV_DISK_FULL'],
    ['EDQUOT', 'write', 'ENV_DISK_FULL'],
    ['EFBIG', 'write', 'ENV_FILE_TOO_LARGE'],
    ['EMFILE', 'open', 'ENV_NO_DESCRIPTORS'],
    ['ENFILE', 'open', 'ENV_NO_DESCRIPTORS'],
    ['ENOMEM', 'spawn', 'ENV_NO_RESOURCES'],
    ['EAGAIN', 'spawn', 'ENV_NO_RESOURCES'],
    ['ENOENT', 'uv_cwd', 'ENV_FOLDER_REMOVED'],
    ['ENOENT', 'open', 'ENV_PATH_MISSING'],
    ['ENOTDIR', 'mkdir', 'ENV_PATH_UNFIT'],
    ['ENAMETOOLONG', 'open', 'ENV_PATH_UNFIT'],
    ['EIO', 'read', 'ENV_INPUT_OUTPUT'],
    ['EPERM', 'link', 'ENV_NO_HARD_LINKS'],
    ['EMLINK', 'link', 'ENV_NO_HARD_LINKS'],
    ['EXDEV', 'link', 'ENV_NO_HARD_LINKS'],
    ['ENOTSUP', 'link', 'ENV_NO_HARD_LINKS'],
    ['EPERM', 'symlink', 'ENV_NO_HARD_LINKS'],
    ['EACCES', 'link', 'ENV_NOT_PERMITTED'],
  ] as const)('%s of %s is %s, with the message of the system and a hint', (code, syscall, expected) => {
    const error = asContextdError(fault(code, syscall));
    expect(error).toMatchObject({ code: expected, exitCode: 1 });
    expect(error.message).toContain(`${code}: reported by the system`);
    expect(error.hint).toMatch(/^\w.*[^.]$/);
  });

  it.each(['EBADF', 'EINVAL', 'ERR_INVALID_ARG_TYPE'])('%s is reported as INTERNAL', (code) => {
    expect(asContextdError(fault(code)).code).toBe('INTERNAL');
  });

  it('keeps the fallback code of the caller', () => {
    expect(asContextdError(fault('EACCES'), 'SVC_LAUNCH_FAILED').code).toBe('SVC_LAUNCH_FAILED');
    expect(asContextdError(Object.assign(new Error('x'), { code: 'EACCES' })).code).toBe('INTERNAL');
  });
});
