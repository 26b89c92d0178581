// Redirects process.stdout, process.stderr and console of a task to its log.

/** Output that bypasses the streams of Node (native code, grandchildren) still goes to descriptors 1 and 2. */
export function captureOutput(write: (bytes: Uint8Array) => void): void {
  const redirect = (stream: NodeJS.WriteStream) => {
    stream._write = (bytes: Uint8Array, _encoding, done) => {
      write(bytes);
      done();
    };
    return stream;
  };
  for (const name of ['stdout', 'stderr'] as const) {
    if (process.env.NODE_OPTIONS === undefined) redirectOnFirstUse(name, redirect);
    // A module that was loaded earlier may have created the stream, and console then holds it.
    else redirect(process[name]);
  }
}

/** Creating a stream takes time, and most tasks print nothing. */
function redirectOnFirstUse(
  name: 'stdout' | 'stderr',
  redirect: (stream: NodeJS.WriteStream) => NodeJS.WriteStream,
): void {
  const original = Object.getOwnPropertyDescriptor(process, name);
  let stream: NodeJS.WriteStream | undefined;
  Object.defineProperty(process, name, {
    ...original,
    get: () => (stream ??= redirect(original?.get?.call(process) as NodeJS.WriteStream)),
  });
}
