// The interface through which a task uses the bus: the connection of its host, or in a thread a port to it.

/** In a thread it is a PortBus, because no ZeroMQ socket may exist there. */
export interface HostBus {
  /** The sender id in its messages. */
  readonly id: string;
  readonly publisher: {
    waitForSubscriber(topic: string): Promise<void>;
    onSubscribeTo(topic: string, listener: () => void): void;
  };
  publish(topic: string, body: unknown): Promise<void>;
  /** Passes every frame of the topic to `read`. */
  subscribe(topic: string, read: FrameReader): void;
}

export type FrameReader = (frame: Uint8Array, topic: string) => void;
