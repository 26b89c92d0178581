// WatchThreshold: reports when readings stay above a threshold, once until they have been below it again.

import { z } from 'contextd/schema';
import { LoopedTask, type ServiceEvent } from 'contextd/task';

const configuration = z.object({
  threshold: z.coerce.number().default(4),
  /** Number of readings in a row: a single one may be noise. */
  readings: z.coerce.number().int().positive().default(3),
});

export class ThresholdWatch extends LoopedTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;
  #above = 0;

  override onEvent({ action, status }: ServiceEvent): void {
    if (action !== 'updated' || typeof status.reading !== 'number') return;
    const { threshold, readings } = this.configuration;
    this.#above = status.reading > threshold ? this.#above + 1 : 0;
    // Fires on_update, which starts ts_alert.
    if (this.#above === readings) this.notify('updated', { alert: status.reading, threshold });
  }

  /** All work is done in onEvent. */
  override async step(): Promise<void> {
    await this.pause(60_000);
  }
}
