// Leads what a task prints into its log: process.stdout, process.stderr and with them console.

/** What bypasses node's streams (native code, grandchildren) still goes to the descriptors 1 and 2. */
export function captureOutput(write: (bytes: Uint8Array) => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream._write = (bytes: Uint8Array, _encoding, done) => {
      write(bytes);
      done();
    };
  }
}
