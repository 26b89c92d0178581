// Receives the commands of the provider to a host, and sends it notices about the runs of the host.

import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { ThrottledLog } from '../../base/throttled-log.js';
import type { Connection } from '../../bus/connection.js';
import { decodeEnvelope } from '../../bus/envelope.js';
import {
  HOST_NOTICES,
  hostCommandTopic,
  verifyCommand,
  type HostCommand,
} from '../../messages/host-command.js';
import type { HostNoticeBody } from '../../messages/host-notice.js';

export interface ChannelPorts {
  readonly connection: {
    readonly publisher: Pick<Connection['publisher'], 'waitForSubscriber'>;
    publish: Connection['publish'];
  };
  readonly log: Logger;
  readonly execute: (command: HostCommand) => void;
}

export class CommandChannel {
  /** The topic to subscribe to. */
  readonly topic: string;
  readonly #host: string;
  readonly #key: string;
  readonly #ports: ChannelPorts;
  readonly #ignored: ThrottledLog;

  constructor(host: string, key: string, ports: ChannelPorts) {
    this.topic = hostCommandTopic(host);
    this.#host = host;
    this.#key = key;
    this.#ports = ports;
    this.#ignored = new ThrottledLog((line, count) => ports.log.warn(line, { so_far: count }));
  }

  receive(frame: Uint8Array): void {
    try {
      const command = verifyCommand(decodeEnvelope(frame).body, this.#key);
      if (command === undefined)
        this.#ignored.record('', 'ignored a command that was not signed by the provider');
      else this.#ports.execute(command);
    } catch (error) {
      this.#ignored.record('', messageOf(error));
    }
  }

  /** Waits until there is a provider, so that the notice is never lost. */
  notify(action: HostNoticeBody['header']['action'], threads: HostNoticeBody['content']['threads']): void {
    const { connection, log } = this.#ports;
    const notice: HostNoticeBody = { header: { action, host: this.#host }, content: { threads } };
    connection.publisher
      .waitForSubscriber(HOST_NOTICES)
      .then(() => connection.publish(HOST_NOTICES, notice))
      .catch((error: unknown) => log.warn(messageOf(error)));
  }
}
