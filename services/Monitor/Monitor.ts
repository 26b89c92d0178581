// Monitor: measures what every service of its transaction costs, again and again, and publishes it.

import { monitorConfiguration, openMonitor, type Monitor, type MonitorConfiguration } from 'contextd/monitor';
import { LoopedTask } from 'contextd/task';

export class Monitoring extends LoopedTask<MonitorConfiguration> {
  static readonly configuration = monitorConfiguration;
  #monitor: Monitor | undefined;

  override async onStart(): Promise<void> {
    const { configuration, endpoints, identity, log } = this;
    this.#monitor = await openMonitor({ configuration, endpoints, log, transaction: identity.transaction });
    const { addresses } = this.#monitor;
    log.info('publishing', addresses);
    // So that a display can be told where, also when the port was left open.
    this.notify('updated', addresses);
  }

  override async step(): Promise<void> {
    await this.pause((await this.#monitor?.sample()) ?? 0);
  }

  override async onStop(): Promise<void> {
    await this.#monitor?.close();
  }
}
