// Run: runs lap after lap until it is stopped, and reports the time of each.

import { z } from 'contextd/schema';
import { LoopedTask } from 'contextd/task';

const configuration = z.object({
  /** How long a lap takes. */
  seconds: z.coerce.number().positive().default(3),
});

export class Running extends LoopedTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;
  #laps = 0;

  override async step(): Promise<void> {
    const start = performance.now();
    await this.pause(this.configuration.seconds * 1000);
    if (this.signal.aborted) return;
    this.#laps += 1;
    const lap_s = Math.round(performance.now() - start) / 1000;
    this.log.info(`lap ${this.#laps} in ${lap_s} s`);
    this.notify('updated', { laps: this.#laps, lap_s });
  }
}
