// WakeUp: sleeps for a moment, reports the time and exits.

import { z } from 'contextd/schema';
import { SingleTask } from 'contextd/task';

const configuration = z.object({
  /** How long to sleep, in seconds. */
  seconds: z.coerce.number().nonnegative().default(2),
});

export class WakingUp extends SingleTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  override async run(): Promise<void> {
    await this.pause(this.configuration.seconds * 1000);
    if (this.signal.aborted) return;
    const woke_at = new Date().toISOString();
    this.log.info('awake', { woke_at });
    this.notify('updated', { woke_at });
  }
}
