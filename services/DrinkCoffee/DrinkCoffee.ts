// DrinkCoffee: Stop and take a coffee

import { z } from 'contextd/schema';
import { LoopedTask } from 'contextd/task';

// What <configuration> in the context file may hold besides device_action and location.
// Values arrive as text, hence z.coerce; add your own and read them as this.configuration.NAME.
const configuration = z.object({
  every_s: z.coerce.number().positive().default(10),
});

export class Drinking extends LoopedTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;
  #steps = 0;

  /** Called again and again until the service is stopped; put your own work here. */
  override async step(): Promise<void> {
    this.#steps += 1;
    this.log.info('step done', { steps: this.#steps });
    // Everyone on the bus sees these items, and the service's on_update trigger fires.
    this.notify('updated', { steps: this.#steps });
    // Ends at once when the service is stopped; a step that takes long should look at this.signal.
    await this.pause(this.configuration.every_s * 1000);
  }
}
