// Maps errors of the operating system to error codes and hints: they are faults of the user's machine, not defects of contextd.

import { userInfo } from 'node:os';

export type SystemErrorCode =
  | 'ENV_NOT_PERMITTED'
  | 'ENV_READ_ONLY'
  | 'ENV_DISK_FULL'
  | 'ENV_FILE_TOO_LARGE'
  | 'ENV_NO_DESCRIPTORS'
  | 'ENV_NO_RESOURCES'
  | 'ENV_FOLDER_REMOVED'
  | 'ENV_PATH_MISSING'
  | 'ENV_PATH_UNFIT'
  | 'ENV_NO_HARD_LINKS'
  | 'ENV_INPUT_OUTPUT';

interface ErrnoRule {
  readonly code: SystemErrorCode;
  readonly errnos: readonly string[];
  /** Precedes the system's own message. */
  readonly description: string;
  readonly hint: (path: string) => string;
}

const ERRNO_RULES: readonly ErrnoRule[] = [
  {
    code: 'ENV_NOT_PERMITTED',
    errnos: ['EACCES', 'EPERM'],
    description: 'permission denied',
    hint: (path) => `let ${describeUser()} read and write ${path}, or run the command as its owner`,
  },
  {
    code: 'ENV_READ_ONLY',
    errnos: ['EROFS'],
    description: 'the file system is read-only',
    hint: (path) => `mount it for writing, or move ${path} to a folder that can be written`,
  },
  {
    code: 'ENV_DISK_FULL',
    errnos: ['ENOSPC', 'EDQUOT'],
    description: 'the disk is full or the quota is used up',
    hint: (path) => `free space on the file system of ${path} (df -h, df -i, quota)`,
  },
  {
    code: 'ENV_FILE_TOO_LARGE',
    errnos: ['EFBIG'],
    description: 'a file would be larger than allowed',
    hint: () => 'raise the limit of file sizes: ulimit -f, or LimitFSIZE= of a systemd unit',
  },
  {
    code: 'ENV_NO_DESCRIPTORS',
    errnos: ['EMFILE', 'ENFILE'],
    description: 'no more files can be opened',
    hint: () => 'raise the limit of open files: ulimit -n, or LimitNOFILE= of a systemd unit',
  },
  {
    code: 'ENV_NO_RESOURCES',
    errnos: ['ENOMEM', 'EAGAIN'],
    description: 'the machine has no memory or no processes left',
    hint: () => 'check free -h, ulimit -u and the limits of the control group, then try again',
  },
  {
    code: 'ENV_PATH_MISSING',
    errnos: ['ENOENT'],
    description: 'a file or folder does not exist',
    hint: (path) => `create ${path}, or correct the path`,
  },
  {
    code: 'ENV_PATH_UNFIT',
    errnos: [
      'ENOTDIR',
      'EISDIR',
      'EEXIST',
      'ELOOP',
      'ENAMETOOLONG',
      'ENOTEMPTY',
      'EXDEV',
      'EMLINK',
      'ENOTSUP',
      'EOPNOTSUPP',
    ],
    description: 'a path has the wrong type, is already used or is too long',
    hint: (path) => `check what is at ${path}; move it, or use another folder`,
  },
  {
    code: 'ENV_INPUT_OUTPUT',
    errnos: ['EIO', 'EBUSY', 'ESTALE', 'ETIMEDOUT', 'ETXTBSY'],
    description: 'the device or file system fails',
    hint: (path) => `check dmesg for errors of the device of ${path}`,
  },
];

const NO_HARD_LINKS: ErrnoRule = {
  code: 'ENV_NO_HARD_LINKS',
  errnos: ['EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'],
  description: 'the file system does not support hard links or symbolic links',
  hint: (path) => `move ${path} to a file system that supports them, such as ext4, xfs or tmpfs`,
};

const FOLDER_REMOVED: ErrnoRule = {
  code: 'ENV_FOLDER_REMOVED',
  errnos: ['ENOENT'],
  description: 'the current folder was deleted',
  hint: () => 'change to a folder that exists, such as: cd ~',
};

export interface SystemFault {
  readonly code: SystemErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** Returns undefined for an error that is not from a system call, or that only a defect of contextd can cause, such as EBADF. */
export function classifySystemError(error: unknown): SystemFault | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const { code, syscall } = error;
  const row = rulesFor(String(syscall)).find(({ errnos }) => errnos.includes(String(code)));
  if (row === undefined) return undefined;
  const named = ['dest', 'path'].map((name) => Reflect.get(error, name) as unknown);
  const shown = named.find((each): each is string => typeof each === 'string');
  return {
    code: row.code,
    message: `${row.description}: ${error.message}`,
    hint: row.hint(shown ?? 'the path in the message'),
  };
}

function rulesFor(syscall: string): readonly ErrnoRule[] {
  if (syscall === 'link' || syscall === 'symlink') return [NO_HARD_LINKS, ...ERRNO_RULES];
  return syscall === 'uv_cwd' ? [FOLDER_REMOVED, ...ERRNO_RULES] : ERRNO_RULES;
}

/** `userInfo` throws for a user without an entry in passwd. */
function describeUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `the user ${process.geteuid?.() ?? 'of this process'}`;
  }
}
