// Thread services for tests, and the counts that they report.

import { readdirSync, readFileSync } from 'node:fs';
import type { ServiceSpec } from './context.js';
import type { ControlBody, BusObserver } from './bus-observer.js';

export function thread(id: string, instance: string, more: Partial<ServiceSpec> = {}): ServiceSpec {
  return { id, instance, serviceType: 'Thread', ...more };
}

/** A thread service that counts every few milliseconds; see `countsOf`. */
export const tickingThread: ServiceSpec = thread('ts_9', 'Ticks', { configuration: { every_ms: '5' } });

/** The recorded events of one service on topic `control`. */
export function eventsOf(observer: BusObserver, serviceId: string): readonly ControlBody[] {
  return observer.seen.items
    .filter((each) => each.kind === 'message' && each.message.kind === 'service_event')
    .map((each) => each.body as ControlBody)
    .filter(({ header }) => header.service_id === serviceId);
}

/** The counts that a Ticks service has reported so far. */
export function countsOf(observer: BusObserver, serviceId: string): readonly number[] {
  return eventsOf(observer, serviceId).flatMap(({ content }) =>
    typeof content.status.count === 'number' ? [content.status.count] : [],
  );
}

export function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The anonymous resident memory of a process in MiB. */
export function residentMiB(pid: number): number {
  const [, kilobytes = '0'] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
