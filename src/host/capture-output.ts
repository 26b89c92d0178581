// Leads what a task prints into its log: process.stdout, process.stderr and with them console.

/** What bypasses node's streams (native code, grandchildren) still goes to the descriptors 1 and 2. */
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
    // What was loaded before us may have made the stream, and console holds it then.
    else redirect(process[name]);
  }
}

/** Making a stream takes time, and most tasks print nothing. */
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
