// A promise with its two ends apart, and one that gives up at a deadline.

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

/** Settles as `promise` does, or rejects with `error()` once `limitMs` have passed. */
export async function withDeadline<T>(
  promise: Promise<T>,
  limitMs: number,
  error: () => Error,
  clock: Clock,
): Promise<T> {
  const late = createDeferred<never>();
  const cancel = clock.after(limitMs, () => late.reject(error()));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
