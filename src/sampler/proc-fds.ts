// Open files of processes with their mode, and open connections, from /proc.

import { constants } from 'node:fs';
import { NET_TABLES, parseInternet, parseUnix, type Socket } from './parse-net.js';
import { isRegularFile, listFolder, readLink, type ProcReader } from './proc-file.js';
import type { OpenConnection, OpenedFile } from './sample.js';

/** A link below /proc/PID/fd. */
interface Link {
  readonly fd: number;
  /** A path, `socket:[4711]`, `pipe:[4712]`, ... */
  readonly to: string;
}

/** For one sampling round: reads each process and each network namespace once. */
export class ProcFds {
  readonly #links = new Map<number, readonly Link[] | undefined>();
  /** Sockets by network namespace; most processes share one. */
  readonly #networks = new Map<string, ReadonlyMap<number, Socket>>();
  readonly #reader: ProcReader;

  constructor(reader: ProcReader) {
    this.#reader = reader;
  }

  /** Returns whether reading the open files of a process is not permitted. */
  isUnreadable(pid: number): boolean {
    return this.#linksOf(pid) === undefined;
  }

  /** Returns the regular files; the path of a deleted file ends with ` (deleted)`. */
  openedFiles(pid: number): readonly OpenedFile[] {
    return (this.#linksOf(pid) ?? []).flatMap(({ fd, to }) => {
      if (!to.startsWith('/') || !isRegularFile(`/proc/${pid}/fd/${fd}`)) return [];
      const flags = /^flags:\s+([0-7]+)/m.exec(
        this.#reader.readSmall(`/proc/${pid}/fdinfo/${fd}`) ?? '',
      )?.[1];
      return flags === undefined ? [] : [{ pid, path: to, fd, mode: nameMode(Number.parseInt(flags, 8)) }];
    });
  }

  connections(pid: number): readonly OpenConnection[] {
    const open = (this.#linksOf(pid) ?? []).flatMap(({ fd, to }) => {
      const inode = /^socket:\[(\d+)\]$/.exec(to)?.[1];
      return inode === undefined ? [] : [{ fd, inode: Number(inode) }];
    });
    if (open.length === 0) return [];
    const sockets = this.#networkOf(pid);
    return open.flatMap(({ fd, inode }) => {
      const socket = sockets.get(inode);
      return socket === undefined ? [] : [{ pid, fd, ...socket }];
    });
  }

  #linksOf(pid: number): readonly Link[] | undefined {
    if (!this.#links.has(pid)) this.#links.set(pid, readLinks(pid));
    return this.#links.get(pid);
  }

  #networkOf(pid: number): ReadonlyMap<number, Socket> {
    const name = readLink(`/proc/${pid}/ns/net`) ?? `of ${pid}`;
    const known = this.#networks.get(name);
    if (known !== undefined) return known;
    const sockets = this.#readNetwork(pid);
    this.#networks.set(name, sockets);
    return sockets;
  }

  #readNetwork(pid: number): ReadonlyMap<number, Socket> {
    const read = (file: string) => this.#reader.readLarge(`/proc/${pid}/net/${file}`) ?? '';
    const tables = NET_TABLES.map((table) => parseInternet(read(table.file), table));
    return new Map([...tables, parseUnix(read('unix'))].flatMap((table) => [...table]));
  }
}

function readLinks(pid: number): readonly Link[] | undefined {
  return listFolder(`/proc/${pid}/fd`)?.flatMap((fd) => {
    const to = readLink(`/proc/${pid}/fd/${fd}`);
    return to === undefined ? [] : [{ fd: Number(fd), to }];
  });
}

/** Returns the mode as fopen names it. */
export function nameMode(flags: number): string {
  const isAppending = (flags & constants.O_APPEND) !== 0;
  switch (flags & (constants.O_WRONLY | constants.O_RDWR)) {
    case constants.O_WRONLY:
      return isAppending ? 'a' : 'w';
    case constants.O_RDWR:
      return isAppending ? 'a+' : 'r+';
    default:
      return 'r';
  }
}
