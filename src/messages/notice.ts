// The notices of a provider to its embedder, in order; the console prints them.

import type { HistoryRecord } from './history.js';
import type { ReplyStatus } from './state.js';
import type { ServiceEventBody } from './service-event.js';

export type Notice =
  | {
      readonly kind: 'ready';
      readonly contextId: string;
      readonly frontend: string;
      readonly backend: string;
    }
  | {
      readonly kind: 'command';
      readonly action: string;
      readonly target: string;
      readonly transaction: string;
    }
  | {
      readonly kind: 'answer';
      readonly action: string;
      readonly transaction: string;
      readonly status: ReplyStatus;
    }
  | { readonly kind: 'event'; readonly event: ServiceEventBody }
  | (Pick<HistoryRecord, 'service' | 'trigger' | 'action' | 'target' | 'outcome'> & {
      readonly kind: 'transition';
      readonly transaction: string;
    })
  | { readonly kind: 'warning'; readonly text: string }
  | { readonly kind: 'closed'; readonly isDetached: boolean };
