import { expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { KeyedQueue } from '../../../src/base/keyed-queue.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A queue whose tasks run until the test ends them; `begun` lists them in the order of their beginnings. */
function openQueue() {
  const queue = new KeyedQueue();
  const begun: string[] = [];
  const ends = new Map<string, ReturnType<typeof createDeferred<string>>>();
  const task = (name: string) => () => {
    begun.push(name);
    const end = createDeferred<string>();
    ends.set(name, end);
    return end.promise;
  };
  const run = (key: string, name: string) => queue.run(key, task(name));
  const end = async (name: string) => {
    ends.get(name)?.resolve(`${name} done`);
    await turn();
  };
  const fail = async (name: string) => {
    ends.get(name)?.reject(new Error(`${name} failed`));
    await turn();
  };
  return { queue, begun, run, end, fail };
}

it('runs tasks with one key one after the other, in their order, and those with other keys at once', async () => {
  const { begun, run, end } = openQueue();
  const results = [run('k', 'a'), run('k', 'b'), run('k', 'c'), run('other', 'd')];
  expect(begun).toEqual(['a', 'd']);
  await end('a');
  expect(begun).toEqual(['a', 'd', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'd', 'b', 'c']);
  await end('c');
  await end('d');
  expect(await Promise.all(results)).toEqual(['a done', 'b done', 'c done', 'd done']);
});

it('continues after a task that fails: the failure concerns that one only', async () => {
  const { begun, run, end, fail } = openQueue();
  const failed = expect(run('k', 'a')).rejects.toThrow('a failed');
  const next = run('k', 'b');
  await fail('a');
  await failed;
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(await next).toBe('b done');
});

it('holds a key until the condition has come true and the act has begun, not until it has ended', async () => {
  const { queue, begun, run, end } = openQueue();
  const [before, act] = [createDeferred<void>(), createDeferred<string>()];
  const held = queue.hold('k', before.promise, () => {
    begun.push('act');
    return act.promise;
  });
  void run('k', 'next');
  await turn();
  expect(begun).toEqual([]);
  before.resolve();
  await turn();
  expect(begun).toEqual(['act', 'next']);
  act.resolve('acted');
  expect(await held).toBe('acted');
  await end('next');
});

it('asks for the key again after a wait, which may have changed it', async () => {
  const { queue, begun, run, end } = openQueue();
  void run('k', 'a');
  void run('other', 'b');
  const keys = ['k', 'other', 'free'];
  const asked = queue.inTurn(
    () => keys.shift() ?? '',
    () => Promise.resolve('in turn'),
  );
  await end('a');
  expect(keys).toEqual(['free']);
  await end('b');
  expect(await asked).toBe('in turn');
  expect(begun).toEqual(['a', 'b']);
});

it('rejects the running task and the waiting ones when it is aborted, and none thereafter', async () => {
  const { queue, begun, run, end } = openQueue();
  const refused = ['a', 'b'].map((name) => expect(run('k', name)).rejects.toThrow('no more'));
  const waiting = queue.inTurn(
    () => 'k',
    (aborted) => Promise.resolve(aborted?.message),
  );
  queue.abort(new Error('no more'));
  await Promise.all(refused);
  expect(await waiting).toBe('no more');
  const next = run('k', 'c');
  await end('c');
  expect(await next).toBe('c done');
  expect(begun).toEqual(['a', 'c']);
});
