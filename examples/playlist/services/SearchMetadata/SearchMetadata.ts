// SearchMetadata: looks up each song in a catalogue and reports the matches with their scores.

import { readFile } from 'node:fs/promises';
import { z } from 'contextd/schema';
import { LoopedTask, type ServiceEvent } from 'contextd/task';
import { search, type Entry } from './search.js';

const configuration = z.object({ catalogue: z.string().default('data/catalogue.json') });
const song = z.object({ artist: z.string(), title: z.string() });

export class MetadataSearch extends LoopedTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;
  #catalogue: readonly Entry[] = [];

  override async onStart(): Promise<void> {
    this.#catalogue = JSON.parse(await readFile(this.configuration.catalogue, 'utf8')) as readonly Entry[];
  }

  override onEvent({ action, status }: ServiceEvent): void {
    const wanted = song.safeParse(status.song);
    if (action !== 'updated' || !wanted.success) return;
    this.notify('updated', { searched: wanted.data, found: search(this.#catalogue, wanted.data) });
  }

  /** All work is done in onEvent. */
  override async step(): Promise<void> {
    await this.pause(60_000);
  }
}
