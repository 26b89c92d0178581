// Monitor: measures the resource usage of every service of its transaction at an interval and publishes it.

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
    // A display needs the endpoint, also if the port was chosen by the system.
    this.notify('updated', addresses);
  }

  override async step(): Promise<void> {
    await this.pause((await this.#monitor?.sample()) ?? 0);
  }

  override async onStop(): Promise<void> {
    await this.#monitor?.close();
  }
}
