// The service side of SearchMetadata: which messages concern it, and the task that it runs.

import { defineService } from 'contextd/task';
import { MetadataSearch } from './SearchMetadata.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'playlist',
  task: MetadataSearch,
});
