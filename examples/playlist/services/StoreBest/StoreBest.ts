// StoreBest: stores the best match of each song, one line of JSON each.

import { appendFileSync } from 'node:fs';
import { z } from 'contextd/schema';
import { LoopedTask, type ServiceEvent } from 'contextd/task';

const configuration = z.object({ file: z.string().default('best.jsonl') });
const findings = z.array(z.looseObject({ fit: z.number() }));

export class BestStore extends LoopedTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;
  #stored = 0;

  override onEvent({ action, status }: ServiceEvent): void {
    const found = findings.safeParse(status.found);
    if (action !== 'updated' || !found.success) return;
    const [best] = found.data.toSorted((one, other) => other.fit - one.fit);
    if (best !== undefined) {
      appendFileSync(this.configuration.file, `${JSON.stringify(best)}\n`);
      this.#stored += 1;
    }
    this.notify('updated', { stored: this.#stored, best: best ?? null });
  }

  /** All work is done in onEvent. */
  override async step(): Promise<void> {
    await this.pause(60_000);
  }
}
