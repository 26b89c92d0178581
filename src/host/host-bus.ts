// What a host needs of the bus: a connection of its own, or the port to the process that has one.

import type { FrameHandler } from '../bus/subscriber.js';

/** A Connection is one; inside a thread a PortBus is, because no ZeroMQ socket may live there. */
export interface HostBus {
  /** Of the sender, as it stands in what it says. */
  readonly id: string;
  readonly publisher: {
    waitForSubscriber(topic: string): Promise<void>;
    onSubscribeTo(topic: string, listener: () => void): void;
  };
  publish(topic: string, body: unknown): Promise<void>;
  subscribe(topic: string): void;
  close(): Promise<void>;
}

/** Hands every frame of `topics`, and of those subscribed to later, to `handle`. */
export type ConnectBus = (topics: readonly string[], handle: FrameHandler) => HostBus;
