// Thread services for tests, and what their neighbours count meanwhile.

import { readdirSync, readFileSync } from 'node:fs';
import type { ServiceSketch } from './context.js';
import type { ControlBody, Onlooker } from './bus-observer.js';

export function thread(id: string, instance: string, more: Partial<ServiceSketch> = {}): ServiceSketch {
  return { id, instance, serviceType: 'Thread', ...more };
}

/** A thread that counts, every few milliseconds; see `countsOf`. */
export const neighbour: ServiceSketch = thread('ts_9', 'Ticks', { configuration: { every_ms: '5' } });

/** What an onlooker has seen of one service on topic `control`. */
export function eventsOf(onlooker: Onlooker, serviceId: string): readonly ControlBody[] {
  return onlooker.seen.items
    .filter((each) => each.kind === 'message' && each.message.kind === 'service_event')
    .map((each) => each.body as ControlBody)
    .filter(({ header }) => header.service_id === serviceId);
}

/** The counts that a Ticks service has reported so far. */
export function countsOf(onlooker: Onlooker, serviceId: string): readonly number[] {
  return eventsOf(onlooker, serviceId).flatMap(({ content }) =>
    typeof content.status.count === 'number' ? [content.status.count] : [],
  );
}

export function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Memory of a process that is its own, in MiB. */
export function residentMiB(pid: number): number {
  const [, kilobytes = '0'] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
