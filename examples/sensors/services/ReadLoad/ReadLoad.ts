// ReadLoad: reads a sensor, by default the load of the machine; fails when the sensor returns no number.

import { readFile } from 'node:fs/promises';
import { z } from 'contextd/schema';
import { LoopedTask } from 'contextd/task';

const configuration = z.object({
  /** A file whose first word is a number: /proc/loadavg, or a sensor below /sys. */
  sensor: z.string().default('/proc/loadavg'),
  every_s: z.coerce.number().positive().default(1),
});

export class LoadReader extends LoopedTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  override async step(): Promise<void> {
    const { sensor, every_s: seconds } = this.configuration;
    const [word = ''] = (await readFile(sensor, 'utf8')).trim().split(/\s+/);
    const reading = Number(word);
    if (word === '' || Number.isNaN(reading))
      throw new Error(`${sensor} gives "${word}", which is no number`);
    this.notify('updated', { reading });
    await this.pause(seconds * 1000);
  }
}
