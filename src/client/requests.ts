// The parameters of a client's commands and queries.

import type { Metric } from '../messages/sample-history.js';

export interface CommandRequest {
  readonly action: string;
  /** Id of a service, or the ContextID; empty for the whole context. */
  readonly serviceId?: string;
  /** `context`, or `all` with stop. */
  readonly serviceName?: string;
  /** Undefined: the only transaction. Empty: a `start` of a context creates a new one. */
  readonly transaction?: string | undefined;
  /** A context configuration, with the names of the XML file. */
  readonly configuration?: unknown;
  /** A command that is sent again with the same id is executed once and answered again. */
  readonly messageId?: string;
  /** With `reload`: only report the changes. */
  readonly isDryRun?: boolean;
}

export interface Query {
  readonly action?: 'request' | 'history' | 'why' | 'logs' | 'top' | 'figures';
  readonly serviceId?: string;
  readonly content?: Readonly<Record<string, unknown>>;
}

/** What `top` measures in addition to the usual values. */
export interface TopOptions {
  /** Measure only this service. */
  readonly serviceId?: string;
  readonly openConnections?: boolean;
  readonly openedFiles?: boolean;
  readonly memoryMaps?: boolean;
  /** Start the task service Monitor, which publishes the values at `endpoint` every `frequencyS` seconds. */
  readonly service?: { readonly type: 'pub'; readonly frequencyS: number; readonly endpoint: string };
}

export interface SamplesQuery {
  readonly serviceId: string;
  readonly metric: Metric;
  /** Only samples younger than this, in seconds. */
  readonly sinceS?: number | undefined;
}
