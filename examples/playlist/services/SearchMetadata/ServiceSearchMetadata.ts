// The service SearchMetadata: its service name and its task.

import { defineService } from 'contextd/task';
import { MetadataSearch } from './SearchMetadata.js';

export default defineService({
  // The same name as <service_name> in the context file.
  serviceName: 'playlist',
  task: MetadataSearch,
});
