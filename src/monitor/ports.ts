// The options of a Monitor.

import type { Logger } from '../base/logger.js';
import type { MonitorConfiguration } from './configuration.js';
import type { ProviderEndpoints } from './provider-client.js';

export interface MonitorPorts {
  readonly configuration: MonitorConfiguration;
  /** The transaction whose services to monitor. */
  readonly transaction: string;
  /** The bus of the provider. */
  readonly endpoints: ProviderEndpoints;
  readonly log: Logger;
}
