// PlayRadio: listens to a station and reports the metadata of each song.

import { readFile } from 'node:fs/promises';
import { z } from 'contextd/schema';
import { SingleTask } from 'contextd/task';

const configuration = z.object({
  /** The metadata of the station's stream, one line per song. */
  station: z.string().default('data/station.txt'),
  seconds_a_song: z.coerce.number().nonnegative().default(1),
});

export class RadioPlayer extends SingleTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  override async run(): Promise<void> {
    const { station, seconds_a_song: seconds } = this.configuration;
    const lines = (await readFile(station, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    for (const line of lines) {
      if (this.signal.aborted) return;
      this.log.info('on air', { line });
      this.notify('updated', { on_air: line });
      await this.pause(seconds * 1000);
    }
  }
}
