// Notifies systemd that a unit of Type=notify has started.

import { spawn } from 'node:child_process';

/**
 * Takes the socket of systemd out of the environment, so that services do not inherit it, and returns the function that
 * reports readiness. Without systemd it does nothing. `onError` gets the reason if systemd cannot be notified.
 */
export function takeSystemdNotifier(onError: (reason: string) => void): () => void {
  const { NOTIFY_SOCKET: socket } = process.env;
  delete process.env.NOTIFY_SOCKET;
  if (socket === undefined) return () => undefined;
  return () => {
    // Node.js has no datagram sockets of the file system; this program is part of systemd.
    const child = spawn('systemd-notify', ['--ready', `--pid=${process.pid}`], {
      env: { ...process.env, NOTIFY_SOCKET: socket },
      stdio: 'ignore',
    });
    child.once('error', (error) => onError(error.message));
    child.once('exit', (code) => {
      if (code !== 0) onError(`systemd-notify ended with exit code ${String(code)}`);
    });
  };
}
