// Checks whether a TCP port is open on this machine.

import { connect } from 'node:net';

const LOOPBACKS = ['127.0.0.1', '::1'];

export async function isPortOpen(port: number): Promise<boolean> {
  const answers = await Promise.all(LOOPBACKS.map((host) => isOpen(host, port)));
  return answers.includes(true);
}

/** On loopback the result is immediate, also for a closed port. */
function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
