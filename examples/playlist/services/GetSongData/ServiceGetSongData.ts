// The service GetSongData: its service name and its task.

import { defineService } from 'contextd/task';
import { SongReader } from './GetSongData.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'playlist',
  task: SongReader,
});
