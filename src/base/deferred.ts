// A promise that is settled from outside, and a promise with a deadline.

import type { Clock } from './clock.js';

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function createDeferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Settles like `promise`, or rejects with `error()` after `timeoutMs` milliseconds. */
export async function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number,
  error: () => Error,
  clock: Clock,
): Promise<T> {
  const late = createDeferred<never>();
  const cancel = clock.after(timeoutMs, () => late.reject(error()));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
