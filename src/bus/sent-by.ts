// Recognizes the frames of one sender without parsing them.

/** The header of a frame is near its front: later bytes are not searched. */
const HEAD_BYTES = 2048;

/**
 * Returns whether the frame names `sender` in its header. A connection receives what it has published itself; parsing the
 * context information of a large context would cost more than everything else that a provider receives.
 */
export function isSentBy(sender: string, frame: Uint8Array): boolean {
  const head = Buffer.from(frame.buffer, frame.byteOffset, Math.min(frame.byteLength, HEAD_BYTES));
  return head.includes(`"sender":"${sender}"`);
}
