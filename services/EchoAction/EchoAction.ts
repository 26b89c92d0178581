// EchoAction: shouts the time at an interval.

import { LoopedTask } from 'contextd/task';
import { z } from 'contextd/schema';

const configuration = z.object({
  /** Seconds before each shout. */
  count_s: z.coerce.number().positive().default(10),
});

export class EchoShouting extends LoopedTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  override async step(): Promise<void> {
    await this.pause(this.configuration.count_s * 1000);
    if (this.signal.aborted) return;
    const shout = `IT IS ${new Date().toLocaleTimeString('en-GB')}!`;
    this.log.info(shout);
    this.notify('updated', { shout, counted_s: this.configuration.count_s });
  }
}
