// The program inside a child process: reads its bootstrap, runs the host, ends with its exit code.

import { BOOTSTRAP_VARIABLE, type HostBootstrap } from '../../messages/host-bootstrap.js';
import { Host } from './host.js';

process.setSourceMapsEnabled(true);
const text = process.env[BOOTSTRAP_VARIABLE];
if (text === undefined)
  throw new Error(`${BOOTSTRAP_VARIABLE} is not set: the host is started by a provider`);
// The launcher is our own parent, so what it hands over needs no checking.
const host = new Host(JSON.parse(text) as HostBootstrap, killGroup);
process.on('SIGTERM', () => host.stop());
// Ctrl-C reaches the whole terminal; the provider decides what it means.
process.on('SIGINT', () => undefined);
process.on('uncaughtException', (error) => host.crash(error));
process.on('unhandledRejection', (error) => host.crash(error));
process.exit(await host.run());

/** The launcher made us the first of our process group. */
function killGroup(): void {
  process.kill(-process.pid, 'SIGKILL');
}
