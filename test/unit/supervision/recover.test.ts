import { describe, expect, it } from 'vitest';
import type { ServiceId } from '../../../src/base/ids.js';
import type { FoundRun } from '../../../src/supervision/run-registry.js';
import type { ServiceSnapshot } from '../../../src/supervision/snapshot.js';
import { openSupervisor, processEntry, settle } from '../../helpers/fake-launcher.js';
import { id, withService } from '../../helpers/harness.js';

const ENDED = { isAlive: false, pid: undefined } as const;

describe('Supervisor.recover', () => {
  const SPECS = [
    { id: 'a', transitions: { on_fail: 'start b' }, supervision: { start_timeout_s: 3 } },
    { id: 'b' },
  ];

  /** A supervisor that takes over a transaction with these services and processes. */
  function recover(
    patches: Readonly<Record<string, Partial<ServiceSnapshot>>>,
    runs: Readonly<Record<string, number>>,
  ) {
    const test = openSupervisor(SPECS);
    for (const [service, patch] of Object.entries(patches))
      test.transaction.snapshot = withService(test.transaction.snapshot, service, patch);
    const found = new Map<ServiceId, FoundRun>(
      Object.entries(runs).map(([service, run]) => [
        id(service),
        { run, token: `${service}/${run}`, runToken: `r-${service}/${run}`, process: processEntry(50 + run) },
      ]),
    );
    test.supervisor.recover(test.transaction, found);
    const get = (service: string) => test.transaction.snapshot.services.get(id(service));
    return { ...test, get };
  }

  const STARTED = { status: 'started', run: 1, isAlive: true, pid: 51 } as const;

  it('adopts the process of a started service and handles its end', async () => {
    const test = recover({ a: STARTED }, { a: 1 });
    expect(test.processes.map(({ pid }) => pid)).toEqual([51]);
    expect(test.get('a')).toMatchObject({ status: 'started', pid: 51 });
    test.processes[0]?.end({ exitCode: 1 });
    await settle();
    expect(test.get('a')).toMatchObject({ status: 'failed', reason: 'exit_code' });
    expect(test.calls).toEqual(['report a failed']);
    expect(test.processes.map(({ request }) => request?.token)).toEqual([undefined, 'b/1']);
  });

  it('kills an adopted process that is not started in time', () => {
    const test = recover({ a: { ...STARTED, status: 'starting' } }, { a: 1 });
    test.clock.advance(2999);
    expect(test.processes[0]?.stops).toEqual([]);
    test.clock.advance(1);
    expect(test.processes[0]?.stops).toEqual(['killed']);
    expect(test.get('a')).toMatchObject({ status: 'failed', reason: 'start_timeout' });
  });

  it('continues a stop by command', () => {
    const test = recover({ a: { ...STARTED, status: 'stopping' } }, { a: 1 });
    expect(test.processes[0]?.stops).toEqual(['requested']);
    expect(test.calls).toEqual(['stop a']);
  });

  it('launches the targets of a missing service once, whether they are missing, too, or new', async () => {
    const test = recover({ a: STARTED, b: { ...STARTED, status: 'starting' } }, {});
    await settle();
    expect(test.get('a')).toMatchObject({ status: 'failed', reason: 'died_unattended' });
    expect(test.processes.map(({ request }) => request?.token)).toEqual(['b/2']);
  });

  it('does not launch the target of a missing service if its process is found', async () => {
    const test = recover({ a: STARTED, b: { ...ENDED, status: 'stopped', run: 1 } }, { b: 2 });
    await settle();
    expect(test.get('b')).toMatchObject({ status: 'starting', run: 2, pid: 52 });
    expect(test.processes.map(({ pid }) => pid)).toEqual([52]);
  });
});
