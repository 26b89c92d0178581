// Composes the message of an event that a test describes.

import { systemClock } from '../base/clock.js';
import type { EventItems, ServiceEvent } from '../task/task.js';
import type { ServiceEventBody } from '../messages/service-event.js';

/** An event of another service. The event of another task in a test can be passed as it is. */
export interface SentEvent {
  readonly action: ServiceEvent['action'];
  readonly serviceId: string;
  readonly serviceName?: string;
  readonly items?: EventItems;
}

export function composeEvent(
  { action, serviceId, serviceName = 'test', items = {} }: SentEvent,
  { transaction }: { readonly transaction: string },
): ServiceEventBody {
  return {
    header: {
      action,
      service_id: serviceId,
      service_name: serviceName,
      service_transaction: transaction,
      sent_at: new Date(systemClock.now()).toISOString(),
    },
    content: {
      status: { ...items, result: action === 'failed' ? 'failure' : 'success', device_action: '' },
    },
  };
}
