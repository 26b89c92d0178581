// What the operating system refuses, as codes and hints of ours: a fault of the machine is none of this package.

import { userInfo } from 'node:os';

/** Codes of faults of the user's machine. */
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

interface Row {
  readonly code: SystemErrorCode;
  readonly errnos: readonly string[];
  /** What cannot be done, before the system's own words. */
  readonly what: string;
  readonly hint: (path: string) => string;
}

const ROWS: readonly Row[] = [
  {
    code: 'ENV_NOT_PERMITTED',
    errnos: ['EACCES', 'EPERM'],
    what: 'this user may not do that',
    hint: (path) => `let ${describeUser()} read and write ${path}, or run the command as its owner`,
  },
  {
    code: 'ENV_READ_ONLY',
    errnos: ['EROFS'],
    what: 'the file system can only be read',
    hint: (path) => `mount it for writing, or move ${path} to a folder that can be written`,
  },
  {
    code: 'ENV_DISK_FULL',
    errnos: ['ENOSPC', 'EDQUOT'],
    what: 'the disk is full, or the quota used up',
    hint: (path) => `make room on the file system of ${path} (df -h, df -i, quota)`,
  },
  {
    code: 'ENV_FILE_TOO_LARGE',
    errnos: ['EFBIG'],
    what: 'a file would be larger than allowed',
    hint: () => 'raise the limit of file sizes: ulimit -f, or LimitFSIZE= of a systemd unit',
  },
  {
    code: 'ENV_NO_DESCRIPTORS',
    errnos: ['EMFILE', 'ENFILE'],
    what: 'no more files can be opened',
    hint: () => 'raise the limit of open files: ulimit -n, or LimitNOFILE= of a systemd unit',
  },
  {
    code: 'ENV_NO_RESOURCES',
    errnos: ['ENOMEM', 'EAGAIN'],
    what: 'the machine has no memory or no processes left',
    hint: () => 'see free -h, ulimit -u and the limits of the control group; then try again',
  },
  {
    code: 'ENV_PATH_MISSING',
    errnos: ['ENOENT'],
    what: 'a file or folder is not there',
    hint: (path) => `make ${path}, or correct the path`,
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
    what: 'a path is not what it has to be',
    hint: (path) => `see what is at ${path}; move it away, or choose another folder`,
  },
  {
    code: 'ENV_INPUT_OUTPUT',
    errnos: ['EIO', 'EBUSY', 'ESTALE', 'ETIMEDOUT', 'ETXTBSY'],
    what: 'the device or file system fails',
    hint: (path) => `see what dmesg says of the device of ${path}`,
  },
];

const NO_HARD_LINKS: Row = {
  code: 'ENV_NO_HARD_LINKS',
  errnos: ['EPERM', 'EXDEV', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'],
  what: 'the file system has no hard links or no symbolic links',
  hint: (path) => `keep ${path} on one that has, such as ext4, xfs or tmpfs`,
};

const FOLDER_REMOVED: Row = {
  code: 'ENV_FOLDER_REMOVED',
  errnos: ['ENOENT'],
  what: 'the current folder has been removed',
  hint: () => 'change to a folder that exists, such as: cd ~',
};

export interface SystemFault {
  readonly code: SystemErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** Undefined for what is no error of a system call, or one that only a defect of ours can bring about, such as EBADF. */
export function readSystemError(error: unknown): SystemFault | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const { code, syscall } = error;
  const row = rowsFor(String(syscall)).find(({ errnos }) => errnos.includes(String(code)));
  if (row === undefined) return undefined;
  const named = ['dest', 'path'].map((name) => Reflect.get(error, name) as unknown);
  const shown = named.find((each): each is string => typeof each === 'string');
  return {
    code: row.code,
    message: `${row.what}: ${error.message}`,
    hint: row.hint(shown ?? 'what is named there'),
  };
}

function rowsFor(syscall: string): readonly Row[] {
  if (syscall === 'link' || syscall === 'symlink') return [NO_HARD_LINKS, ...ROWS];
  return syscall === 'uv_cwd' ? [FOLDER_REMOVED, ...ROWS] : ROWS;
}

/** A user without an entry in passwd has a number only. */
function describeUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `the user ${process.geteuid?.() ?? 'of this process'}`;
  }
}
