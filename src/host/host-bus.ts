// The interface through which a host uses the bus: a connection, or in a thread a port to the process that has one.

import type { FrameHandler } from '../bus/subscriber.js';

/** Implemented by Connection, and by PortBus inside a thread, where no ZeroMQ socket may exist. */
export interface HostBus {
  /** The sender id in its messages. */
  readonly id: string;
  readonly publisher: {
    waitForSubscriber(topic: string): Promise<void>;
    onSubscribeTo(topic: string, listener: () => void): void;
  };
  publish(topic: string, body: unknown): Promise<void>;
  subscribe(topic: string): void;
  close(): Promise<void>;
}

/** Passes every frame of `topics`, and of topics that are subscribed to later, to `handle`. */
export type ConnectBus = (topics: readonly string[], handle: FrameHandler) => HostBus;
