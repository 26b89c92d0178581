// Keeps the events of a test in order, and waits for the next one of a kind.

import { systemClock } from '../base/clock.js';
import { createDeferred } from '../base/deferred.js';
import { ContextdError } from '../base/errors.js';
import type { ServiceEventBody } from '../messages/service-event.js';
import type { EventItems, ServiceEvent } from '../task/task.js';

/** What a service reported. Can be sent to another task as it is. */
export interface TestEvent extends ServiceEvent {
  /** The task's own data: `status` without what the host adds; `error` and `reason` of a failure are kept. */
  readonly items: EventItems;
}

/** Selects events; `text` names them in an error message. */
export interface Wanted {
  readonly text: string;
  readonly fits: (event: TestEvent) => boolean;
}

/** A pending call of `next`. */
interface Waiting {
  readonly wanted: Wanted;
  readonly at: number;
  readonly resolve: (event: TestEvent) => void;
}

const DEFAULT_LIMIT_MS = 10_000;

/** What the host adds to every status. */
const HOST_KEYS: readonly string[] = ['result', 'device_action', 'pid', 'thread_id'];

export class EventLog {
  readonly items: TestEvent[] = [];
  readonly #given = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  #end: (() => string) | undefined;
  readonly #ended = createDeferred<void>();

  note(event: TestEvent): void {
    this.items.push(event);
    for (const waiting of this.#waiting) this.#tryGive(waiting);
  }

  /** Ends all waits with an error that contains the result of `why`. */
  close(why: () => string): void {
    this.#end ??= why;
    this.#ended.resolve();
  }

  /**
   * Resolves with the next matching event. Each call with one `text` returns the event after that of the previous call,
   * whether it has been reported already or not. Throws TST_EVENT_MISSING.
   */
  async next(
    wanted: Wanted,
    limitMs = DEFAULT_LIMIT_MS,
    hint: () => string | undefined = () => undefined,
  ): Promise<TestEvent> {
    const at = this.#given.get(wanted.text) ?? 0;
    this.#given.set(wanted.text, at + 1);
    const found = createDeferred<TestEvent>();
    const waiting: Waiting = { wanted, at, resolve: (event) => found.resolve(event) };
    this.#waiting.add(waiting);
    this.#tryGive(waiting);
    const late = createDeferred<'late'>();
    const cancel = systemClock.after(limitMs, () => late.resolve('late'));
    const outcome = await Promise.race([found.promise, this.#ended.promise, late.promise]);
    cancel();
    this.#waiting.delete(waiting);
    if (typeof outcome === 'object') return outcome;
    // The next call waits for the same event.
    if (this.#given.get(wanted.text) === at + 1) this.#given.set(wanted.text, at);
    throw this.#missing(waiting, outcome === 'late' ? `within ${limitMs} ms` : (this.#end?.() ?? ''), hint());
  }

  #tryGive({ wanted, at, resolve }: Waiting): void {
    const event = this.items.filter(wanted.fits)[at];
    if (event !== undefined) resolve(event);
  }

  #missing({ wanted, at }: Waiting, when: string, hint?: string): ContextdError {
    const which = at === 0 ? wanted.text : `${wanted.text} (number ${at + 1})`;
    const seen = this.items.map(describe).join('\n  ');
    const message = `${which} has not come: ${when}; seen:\n  ${seen === '' ? 'nothing' : seen}`;
    return new ContextdError('TST_EVENT_MISSING', message, { hint });
  }
}

export function toTestEvent({ header, content }: ServiceEventBody): TestEvent {
  const { action, service_id: serviceId, service_name: serviceName } = header;
  const own = Object.entries(content.status).filter(([key]) => !HOST_KEYS.includes(key));
  const items = Object.fromEntries(own);
  return { action, serviceId, serviceName, status: content.status, items };
}

function describe({ action, serviceId, items }: TestEvent): string {
  return `${serviceId} ${action} ${JSON.stringify(items)}`;
}
