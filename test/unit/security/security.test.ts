import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKeyPair } from '../../../src/base/keys.js';
import { Audit } from '../../../src/security/audit.js';
import type { Authorizer } from '../../../src/security/authorizer.js';
import { ReplayGuard, WINDOW_MS } from '../../../src/security/replay-guard.js';
import { ClientAcl } from '../../../src/security/client-acl.js';
import { isAllowed, roleForCommand, roleForQuery } from '../../../src/security/permissions.js';
import { ServiceKeys } from '../../../src/security/service-keys.js';
import type { ContextConfiguration } from '../../../src/model/context.js';
import type { Role } from '../../../src/model/security.js';
import { testConfiguration } from '../../helpers/context.js';
import { openFolder } from '../../helpers/folder.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const own = testConfiguration([{ id: 'ts_1', instance: 'Forever' }]);
const changed = testConfiguration([{ id: 'ts_1', instance: 'Forever', configuration: { key: 'other' } }]);
const sent = (configuration: ContextConfiguration) => JSON.parse(JSON.stringify(configuration)) as unknown;
const reordered = Object.fromEntries(Object.entries(sent(own) as object).toReversed());

describe('The role that a command needs', () => {
  it.each<[string, unknown, Role]>([
    ['list', {}, 'read'],
    ['validate', sent(changed), 'operate'],
    ['start', {}, 'operate'],
    ['start', '', 'operate'],
    ['start', undefined, 'operate'],
    ['start', sent(own), 'operate'],
    ['start', reordered, 'operate'],
    ['start', sent(changed), 'admin'],
    ['start', 'anything', 'admin'],
    ['restart', sent(changed), 'admin'],
    ['stop', {}, 'operate'],
    ['reload', sent(own), 'admin'],
    ['forget', undefined, 'admin'],
    ['exit', {}, 'admin'],
    ['explode', {}, 'operate'],
    ['constructor', {}, 'operate'],
  ])('%s with %j', (action, configuration, role) => {
    const header = { action, service_id: '', service_name: 'context', service_transaction: '' };
    expect(roleForCommand({ header, content: { configuration } }, [own])).toBe(role);
  });

  it.each<[string, unknown, Role]>([
    ['request', {}, 'read'],
    ['top', {}, 'read'],
    ['top', { configuration: '' }, 'read'],
    ['top', { configuration: { opened_files: true, service: '' } }, 'read'],
    ['top', { configuration: { service: { type: 'pub', endpoint: 'tcp://127.0.0.1:6789' } } }, 'admin'],
    ['top', { configuration: { service: 'anything' } }, 'admin'],
    ['logs', { configuration: { service: 'anything' } }, 'read'],
  ])('for the query %s with %j', (action, content, role) => {
    const header = { action, service_id: '', service_name: 'state', service_transaction: '' };
    expect(roleForQuery({ header, content: content as Record<string, unknown> })).toBe(role);
  });

  it('is included in higher roles', () => {
    expect([isAllowed('admin', 'read'), isAllowed('operate', 'operate')]).toEqual([true, true]);
    expect([isAllowed('read', 'operate'), isAllowed('operate', 'admin')]).toEqual([false, false]);
  });
});

describe('ReplayGuard', () => {
  const seal = (key: string, stamp: number) => ({ key, stamp, mac: `${key}${stamp}` });

  it('accepts each seal of a client once, in any order, within the window', () => {
    const clock = new ManualClock();
    const fresh = new ReplayGuard(clock);
    clock.advance(2 * WINDOW_MS);
    const now = clock.now();
    expect(fresh.acceptFromClient(seal('a', now))).toBe(true);
    expect(fresh.acceptFromClient(seal('a', now - 1))).toBe(true);
    expect(fresh.acceptFromClient(seal('a', now))).toBe(false);
    expect(fresh.acceptFromClient(seal('b', now))).toBe(true);
    expect(fresh.acceptFromClient(seal('a', now - WINDOW_MS - 1))).toBe(false);
    expect(fresh.acceptFromClient(seal('a', now + WINDOW_MS + 1))).toBe(false);
    // A stamp at the future end of the window is acceptable for twice as long.
    expect(fresh.acceptFromClient(seal('a', now + WINDOW_MS))).toBe(true);
    clock.advance(2 * WINDOW_MS);
    expect(fresh.acceptFromClient(seal('a', now + WINDOW_MS))).toBe(false);
  });

  it('refuses messages of clients from before its start: the previous provider may have executed them', () => {
    const clock = new ManualClock();
    const before = clock.now() - 1;
    const fresh = new ReplayGuard(clock);
    expect(fresh.acceptFromClient(seal('a', before))).toBe(false);
    expect(fresh.acceptFromClient(seal('a', clock.now()))).toBe(true);
  });

  it('accepts seals of a service in the order of their stamps, of any age', () => {
    const clock = new ManualClock();
    const fresh = new ReplayGuard(clock);
    const start = clock.now();
    clock.advance(10 * WINDOW_MS);
    expect(fresh.acceptFromService(seal('a', start))).toBe(true);
    expect(fresh.acceptFromService(seal('a', start + 5))).toBe(true);
    expect(fresh.acceptFromService(seal('a', start + 5))).toBe(false);
    expect(fresh.acceptFromService(seal('a', start + 4))).toBe(false);
    expect(fresh.acceptFromService(seal('b', start - WINDOW_MS))).toBe(false);
  });
});

describe('ServiceKeys', () => {
  const token = (service: string, run: number) => `owner/T1/${service}/${run}/x`;

  it('are valid for the newest run of one service, and are restored by the next provider', () => {
    const { secretKey } = createKeyPair();
    const keys = new ServiceKeys(secretKey);
    const first = keys.issue(token('ts_1', 1)).publicKey;
    const other = keys.issue(token('ts_2', 1)).publicKey;
    expect([keys.mayReportFor(first, 'T1', 'ts_1'), keys.mayReportFor(other, 'T1', 'ts_1')]).toEqual([
      true,
      false,
    ]);
    const second = keys.issue(token('ts_1', 2)).publicKey;
    expect([keys.isKnown(first), keys.mayReportFor(first, 'T1', 'ts_1')]).toEqual([false, false]);
    const next = new ServiceKeys(secretKey);
    const entry = { pid: 1, parent: 1, group: 1, name: 'node', startTime: '1' };
    const tokens = [token('ts_1', 2), token('ts_1', 1), 'other/T1/ts_2/1/x', undefined];
    next.restore(
      'owner',
      tokens.map((each) => ({ ...entry, token: each })),
    );
    expect([next.publicKeyOf('T1', 'ts_1'), next.publicKeyOf('T1', 'ts_2')]).toEqual([second, undefined]);
    expect([next.isKnown(first), next.isKnown(second)]).toEqual([false, true]);
  });

  it('of a thread host are valid for its threads', () => {
    const keys = new ServiceKeys(createKeyPair().secretKey);
    keys.place(`thread/${token('ts_1', 1)}`, 'thread-host/owner/context001/h1');
    const host = keys.publicKeyOf('T1', 'ts_1') ?? '';
    expect([keys.isHost(host, 'h1'), keys.isHost(host, 'h2')]).toEqual([true, false]);
    expect([keys.mayReportFor(host, 'T1', 'ts_1'), keys.mayReportFor(host, 'T1', 'ts_2')]).toEqual([
      true,
      false,
    ]);
    keys.forgetHost('h1');
    expect(keys.isKnown(host)).toBe(false);
  });
});

describe('ClientAcl', () => {
  it.each<[string, Buffer, string]>([
    ['has more than 2 MB', Buffer.alloc(2 * 1024 * 1024 + 1, ' '), 'at most 2097152 are read'],
    ['is not in UTF-8', Buffer.from('<Context>\xe4</Context>', 'latin1'), 'is not encoded in UTF-8'],
    ['is no context', Buffer.from('<Context'), 'Context-Test.xml:1:'],
  ])('keeps the clients when the file %s', async (_what, bytes, reason) => {
    await using folder = await openFolder();
    const path = join(folder.path, 'Context-Test.xml');
    writeFileSync(path, bytes);
    const guard = { clients: [], replaceClients: () => expect.unreachable() };
    const file = { path, folder: folder.path, configuration: own, warnings: [] };
    const change = await new ClientAcl(file, guard as unknown as Authorizer).reload(false);
    expect(change).toEqual({ warnings: [expect.stringContaining('so the clients stay unchanged')] });
    expect(change.warnings?.[0]).toContain(reason);
  });
});

describe('Audit', () => {
  const refused = {
    verdict: 'refused',
    who: { name: 'eve' },
    what: { action: 'stop' },
    code: 'SEC_X',
  } as const;

  it('limits floods and its size, and is readable by its owner only', async () => {
    await using folder = await openFolder();
    const clock = new ManualClock();
    const path = join(folder.path, 'state', 'audit.jsonl');
    const audit = new Audit(path, clock, (text) => expect.unreachable(text));
    const lines = () =>
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((each) => JSON.parse(each) as { what: object });
    for (let count = 0; count < 1000; count += 1) audit.record(refused);
    expect([lines().length, audit.refusals]).toEqual([20, 1000]);
    clock.advance(60_000);
    audit.record(refused);
    expect(lines().slice(20)).toMatchObject([{ what: { count: '980' } }, { who: { name: 'eve' } }]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const long = { action: 'start', service_id: 'x'.repeat(100_000) };
    for (let count = 0; count < 80; count += 1) audit.record({ verdict: 'accepted', who: {}, what: long });
    expect(readdirSync(join(folder.path, 'state')).sort()).toEqual([
      'audit.jsonl',
      ...[1, 2, 3, 4].map((number) => `audit.jsonl.${number}`),
    ]);
  });

  it('reports once that it cannot be written, without throwing', async () => {
    await using folder = await openFolder();
    const warnings: string[] = [];
    writeFileSync(join(folder.path, 'file'), '');
    const audit = new Audit(join(folder.path, 'file', 'audit.jsonl'), new ManualClock(), (text) =>
      warnings.push(text),
    );
    audit.record(refused);
    audit.record(refused);
    expect(warnings).toHaveLength(1);
  });
});
