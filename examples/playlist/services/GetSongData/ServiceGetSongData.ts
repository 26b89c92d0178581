// The service side of GetSongData: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { SongReader } from './GetSongData.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'playlist',
  task: SongReader,
});
