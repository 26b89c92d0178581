// The output of ps, ss and lsof, to compare with the measurements of contextd.

import { execFile } from 'node:child_process';
import { tool, type Program } from './requirements.js';

function run(program: Program, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      tool(program),
      args,
      { maxBuffer: 1 << 26, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } },
      (error, out) => {
        // lsof exits with 1 when it cannot read some files.
        if (error !== null && out === '') reject(error);
        else resolve(out);
      },
    );
  });
}

export interface PsRow {
  readonly pid: number;
  readonly parent: number;
  readonly rssBytes: number;
  readonly vmsBytes: number;
  readonly threads: number;
  readonly name: string;
  readonly startedAtMs: number;
}

export async function ps(pids: readonly number[]): Promise<readonly PsRow[]> {
  const columns = ['pid', 'ppid', 'rss', 'vsz', 'nlwp', 'comm', 'lstart'].map((each) => `${each}=`).join(',');
  const lines = (await run('ps', '-o', columns, '-p', pids.join(','))).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, rss, vms, threads, name = '', ...start] = line.trim().split(/\s+/);
    return {
      pid: Number(pid),
      parent: Number(parent),
      rssBytes: Number(rss) * 1024,
      vmsBytes: Number(vms) * 1024,
      threads: Number(threads),
      name,
      startedAtMs: Date.parse(`${start.join(' ')} UTC`),
    };
  });
}

/** `protocol state local remote fd` of each socket of a process, sorted. */
export async function ss(pid: number): Promise<readonly string[]> {
  const lines = (await run('ss', '-H', '-a', '-n', '-p', '-t', '-u', '-x')).split('\n');
  return lines
    .flatMap((line) => {
      const fd = new RegExp(String.raw`pid=${pid},fd=(\d+)`).exec(line)?.[1];
      const [protocol = '', state = '', , , ...addresses] = line.trim().split(/\s+/);
      return fd === undefined ? [] : [[protocol, state, ...nameEnds(protocol, addresses), fd].join(' ')];
    })
    .sort();
}

/** For a unix socket ss prints `path inode * inode`; the path may contain blanks. */
function nameEnds(protocol: string, addresses: readonly string[]): readonly string[] {
  if (!protocol.startsWith('u_')) return addresses.slice(0, 2);
  const path = /^(.*?) \d+ /.exec(addresses.join(' '))?.[1] ?? '';
  return [path === '*' ? '' : path, ''];
}

export interface LsofRow {
  readonly fd: number;
  /** r, w, or u for both. */
  readonly access: string;
  readonly type: string;
  readonly path: string;
}

/** The open files with a descriptor number. */
export async function lsof(pid: number): Promise<readonly LsofRow[]> {
  const text = await run('lsof', '-n', '-P', '-w', '-p', String(pid), '-F', 'fatn');
  return text
    .split('\nf')
    .slice(1)
    .flatMap((block) => {
      const [fd = '', ...fields] = block.split('\n');
      const field = (letter: string) => fields.find((each) => each.startsWith(letter))?.slice(1) ?? '';
      if (!/^\d+$/.test(fd)) return [];
      return [{ fd: Number(fd), access: field('a').trim(), type: field('t'), path: field('n') }];
    });
}
