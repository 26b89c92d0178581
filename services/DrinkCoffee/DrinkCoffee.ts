// DrinkCoffee: drinks one cup after another and reports each empty cup.

import { z } from 'contextd/schema';
import { LoopedTask } from 'contextd/task';

const configuration = z.object({
  /** How long a cup lasts. */
  seconds: z.coerce.number().positive().default(2),
});

export class Drinking extends LoopedTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;
  #cups = 0;

  override async step(): Promise<void> {
    await this.pause(this.configuration.seconds * 1000);
    // Stopped: the cup is not empty and is not reported.
    if (this.signal.aborted) return;
    this.#cups += 1;
    this.log.info(`${this.identity.serviceName}: cup ${this.#cups} is empty`);
    this.notify('updated', { cups: this.#cups });
  }
}
