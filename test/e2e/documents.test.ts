// Runs every shell block of every document, in order, each document in an empty folder of its own.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { shellBlocks, type ShellBlock } from '../helpers/documents.js';
import { install, type Installation } from '../helpers/installation.js';
import { freePorts } from '../helpers/ports.js';
import { expectNoLeftovers } from '../helpers/leftovers.js';

expectNoLeftovers();

const documents = [
  'README.md',
  ...readdirSync(join(packageRoot, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md') && shellBlocks(name).length > 0);

describe('what a document tells its reader to type works', () => {
  test.each(documents)('%s', { timeout: 480_000 }, async (document) => {
    await using installed = await install();
    const [subPort = 0, pubPort = 0, monitorPort = 0] = await freePorts(3);
    const running: Program[] = [];
    // Only for a document that fails on the way: one that works ends what it started.
    onTestFinished(() => running.forEach(killGroup));
    for (const block of shellBlocks(document).filter(({ mark }) => mark !== 'clone')) {
      const script = block.script
        .replaceAll('5556', String(subPort))
        .replaceAll('5557', String(pubPort))
        .replaceAll('6789', String(monitorPort));
      if (block.mark === 'background') await runInBackground(installed, script, running);
      else await runToEnd(installed, { ...block, script }, document);
    }
    for (const program of running) expect((await program).exitCode).toBe(0);
  });
});

type Program = ReturnType<typeof shell>;

function shell({ folder, env }: Installation, script: string) {
  return execa('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env,
    reject: false,
    all: true,
    timeout: 240_000,
    // A group of its own, so that all of it can be ended.
    detached: true,
  });
}

function killGroup({ pid, exitCode }: Program): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGTERM');
}

async function runToEnd(installed: Installation, block: ShellBlock, document: string): Promise<void> {
  const result = await shell(installed, block.script);
  expect(result.exitCode, `${document}:${block.line}\n${block.script}\n${result.all}`).toBe(0);
}

/** Adds the program to `running` and waits until it says that it is ready. */
async function runInBackground(installed: Installation, script: string, running: Program[]): Promise<void> {
  const program = shell(installed, script);
  running.push(program);
  await new Promise<void>((resolve) => {
    program.all.on('data', (text: Buffer) => {
      if (text.includes('is ready')) resolve();
    });
  });
}
