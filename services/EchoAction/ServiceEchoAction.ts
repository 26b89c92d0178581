// The service EchoAction: its service name and its task.

import { defineService } from 'contextd/task';
import { EchoShouting } from './EchoAction.js';

export default defineService({ serviceName: 'echo_action', task: EchoShouting });
