// Stand: waits for a while and exits; its exit starts the next service.

import { z } from 'contextd/schema';
import { SingleTask } from 'contextd/task';

const configuration = z.object({
  /** How long to stand. */
  seconds: z.coerce.number().nonnegative().default(2),
});

export class Standing extends SingleTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  override async run(): Promise<void> {
    const { seconds } = this.configuration;
    this.log.info(`standing for ${seconds} s`);
    await this.pause(seconds * 1000);
  }
}
