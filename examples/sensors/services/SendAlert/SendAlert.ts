// SendAlert: writes an alert and ends; a transition starts it once per alert.

import { appendFile } from 'node:fs/promises';
import { z } from 'contextd/schema';
import { SingleTask } from 'contextd/task';

const configuration = z.object({ file: z.string().default('alerts.log') });

export class AlertSender extends SingleTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  override async run(): Promise<void> {
    await appendFile(this.configuration.file, `${new Date().toISOString()} the readings are too high\n`);
    this.notify('updated', { sent: true });
  }
}
