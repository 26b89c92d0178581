// CheckEmails: See whether there is mail

import { z } from 'contextd/schema';
import { SingleTask } from 'contextd/task';

// What <configuration> in the context file may hold besides device_action and location.
// Values arrive as text, hence z.coerce; add your own and read them as this.configuration.NAME.
const configuration = z.object({
  work_s: z.coerce.number().nonnegative().default(1),
});

export class CheckingEmails extends SingleTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  /** Called once; when it returns the service has exited, when it throws the service has failed. */
  override async run(): Promise<void> {
    // Put your own work here; the pause stands for it and ends at once when the service is stopped.
    await this.pause(this.configuration.work_s * 1000);
    this.log.info('work done');
    // Everyone on the bus sees these items, and the service's on_update trigger fires.
    this.notify('updated', { work_s: this.configuration.work_s });
  }
}
