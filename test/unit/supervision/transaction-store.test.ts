import { expect, it } from 'vitest';
import { parseTransactionId } from '../../../src/base/ids.js';
import { createTransaction } from '../../../src/supervision/transaction.js';
import { TransactionStore } from '../../../src/supervision/transaction-store.js';
import { testConfiguration } from '../../helpers/context.js';
import { withService } from '../../helpers/harness.js';

/** A store with these transactions; each has a service `a`, which runs or not. */
function openStore(transactions: Readonly<Record<string, 'running' | 'stopped'>>) {
  const store = new TransactionStore();
  for (const [id, state] of Object.entries(transactions)) {
    const configuration = testConfiguration([{ id: 'a', instance: 'Forever' }]);
    const transaction = createTransaction(parseTransactionId(id)!, configuration, 0);
    if (state === 'running')
      transaction.snapshot = withService(transaction.snapshot, 'a', { isAlive: true, status: 'started' });
    store.add(transaction);
  }
  return store;
}

it('finds transactions and services by the ids of a message, and nothing for other texts', () => {
  const store = openStore({ T1: 'stopped', T2: 'running' });
  expect(store.all.map(({ id }) => id)).toEqual(['T1', 'T2']);
  expect(store.get('T2')?.id).toBe('T2');
  expect(store.service('T2', 'a')).toMatchObject({ transaction: { id: 'T2' }, id: 'a', service: { run: 0 } });
  for (const [transaction, service] of [
    ['T2', 'b'],
    ['T3', 'a'],
    ['../..', 'a'],
    ['', ''],
    ['__proto__', 'constructor'],
  ] as const)
    expect(store.service(transaction, service)).toBeUndefined();
});

it.each<[Readonly<Record<string, 'running' | 'stopped'>>, string | undefined]>([
  [{}, undefined],
  [{ T1: 'stopped' }, 'T1'],
  [{ T1: 'running', T2: 'stopped' }, 'T1'],
  [{ T1: 'running', T2: 'running' }, 'CTX_AMBIGUOUS'],
  [{ T1: 'stopped', T2: 'stopped' }, 'CTX_AMBIGUOUS'],
])('without an id, %j means %s', (transactions, expected) => {
  const store = openStore(transactions);
  if (expected === 'CTX_AMBIGUOUS')
    expect(() => store.find('')).toThrow(expect.objectContaining({ code: expected }));
  else expect(store.find('')?.id).toBe(expected);
});

it('names what is known when a transaction is required that does not exist', () => {
  const store = openStore({ T1: 'stopped', T2: 'running' });
  expect(store.resolve('T1', 'command').id).toBe('T1');
  expect(() => store.resolve('T3', 'command')).toThrow(
    expect.objectContaining({
      code: 'CTX_TRANSACTION_UNKNOWN',
      message: 'transaction T3 is unknown',
      hint: 'known transactions: T1, T2',
    }),
  );
  store.clear();
  expect(() => store.resolve('', 'question')).toThrow(
    expect.objectContaining({
      message: 'the question names no transaction',
      hint: 'nothing has been started yet',
    }),
  );
});

it('forgets a transaction that is removed', () => {
  const store = openStore({ T1: 'stopped', T2: 'running' });
  store.remove(store.get('T1')!);
  expect(store.all.map(({ id }) => id)).toEqual(['T2']);
  expect(store.get('T1')).toBeUndefined();
});
