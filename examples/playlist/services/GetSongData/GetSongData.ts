// GetSongData: reads artist and title from the metadata of the radio.

import { LoopedTask, type ServiceEvent } from 'contextd/task';
import { parseSong } from './parse-song.js';

export class SongReader extends LoopedTask {
  override onEvent({ action, status }: ServiceEvent): void {
    if (action !== 'updated' || typeof status.on_air !== 'string') return;
    const song = parseSong(status.on_air);
    if (song === undefined) this.log.info('no song', { line: status.on_air });
    else this.notify('updated', { song });
  }

  /** All work is done in onEvent. */
  override async step(): Promise<void> {
    await this.pause(60_000);
  }
}
