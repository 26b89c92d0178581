import { describe, expect, it } from 'vitest';
import { Closers } from '../../../src/base/closers.js';
import { createDeferred } from '../../../src/base/deferred.js';

describe('Closers', () => {
  it('close in reverse order, one after the other', async () => {
    const closers = new Closers();
    const closed: string[] = [];
    const gate = createDeferred<void>();
    closers.add(() => void closed.push('first'));
    closers.add(async () => {
      await gate.promise;
      closed.push('second');
    });
    const closing = closers.close();
    expect(closed).toEqual([]);
    gate.resolve();
    await closing;
    expect(closed).toEqual(['second', 'first']);
  });

  it('run only once', async () => {
    const closers = new Closers();
    let count = 0;
    closers.add(() => void (count += 1));
    await Promise.all([closers.close(), closers.close()]);
    await closers.close();
    expect(count).toBe(1);
  });

  it('run all functions and then throw the errors', async () => {
    const one = new Closers();
    let isReached = false;
    one.add(() => void (isReached = true));
    one.add(() => Promise.reject(new Error('one error')));
    await expect(one.close()).rejects.toThrow('one error');
    expect(isReached).toBe(true);
    const two = new Closers();
    for (const text of ['a', 'b']) two.add(() => Promise.reject(new Error(text)));
    await expect(two.close()).rejects.toMatchObject({ errors: [new Error('b'), new Error('a')] });
  });
});
