// Walk: walks some steps, reports the distance and exits.

import { z } from 'contextd/schema';
import { SingleTask } from 'contextd/task';

const METRES_A_STEP = 0.75;

const configuration = z.object({
  steps: z.coerce.number().int().positive().default(4),
  /** How long a step takes. */
  seconds: z.coerce.number().nonnegative().default(0.5),
});

export class Walking extends SingleTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  override async run(): Promise<void> {
    const { steps, seconds } = this.configuration;
    let walked = 0;
    while (walked < steps && !this.signal.aborted) {
      await this.pause(seconds * 1000);
      walked += 1;
      this.log.info(`step ${walked} of ${steps}`);
    }
    this.notify('updated', { steps: walked, metres: walked * METRES_A_STEP });
  }
}
