// What a Monitor is given.

import type { Logger } from '../base/logger.js';
import type { MonitorConfiguration } from './configuration.js';
import type { LinkEndpoints } from './provider-client.js';

export interface MonitorPorts {
  readonly configuration: MonitorConfiguration;
  /** The one whose services are watched. */
  readonly transaction: string;
  /** Of the bus on which it is spoken of. */
  readonly endpoints: LinkEndpoints;
  readonly log: Logger;
}
