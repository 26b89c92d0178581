// What a client asks for: commands and questions, as its caller gives them.

import type { Metric } from '../messages/sample-history.js';

export interface CommandRequest {
  readonly action: string;
  /** A service's id, or the ContextID, or blank for the context. */
  readonly serviceId?: string;
  /** `context`, or `all` with stop. */
  readonly serviceName?: string;
  /** Left out, the one that can be meant; with a blank one a start of a context makes a new one. */
  readonly transaction?: string | undefined;
  /** A context configuration as in the XML. */
  readonly configuration?: unknown;
  /** Sent again with the same id, a command is executed once and answered again. */
  readonly messageId?: string;
  /** With reload: only say what would change. */
  readonly isDryRun?: boolean;
}

export interface Question {
  readonly action?: 'request' | 'history' | 'why' | 'logs' | 'top' | 'figures';
  readonly serviceId?: string;
  readonly content?: Readonly<Record<string, unknown>>;
}

/** What `top` tells besides the usual figures. */
export interface TopOptions {
  /** Only this service is measured and told; SVC_UNKNOWN if there is none. */
  readonly serviceId?: string;
  readonly openConnections?: boolean;
  readonly openedFiles?: boolean;
  readonly memoryMaps?: boolean;
  /** From now on the figures are published there too, every so many seconds, by the task service Monitor. */
  readonly service?: { readonly type: 'pub'; readonly frequencyS: number; readonly endpoint: string };
}

/** How a message goes: its id, and for whom it is sealed; for the provider when left out. */
export interface Sending {
  readonly messageId: string | undefined;
  readonly reader?: string | undefined;
}

export interface SamplesQuestion {
  readonly serviceId: string;
  readonly metric: Metric;
  /** Only what is younger, in seconds. */
  readonly sinceS?: number | undefined;
}

/** As the message has it. */
export function composeService({ type, frequencyS, endpoint }: NonNullable<TopOptions['service']>): object {
  return { type, frequency_s: frequencyS, endpoint };
}
