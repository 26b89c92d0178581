// ServiceEchoAction: which messages concern this service, and the task it builds.

import { defineService } from 'contextd/task';
import { EchoShouting } from './EchoAction.js';

export default defineService({ serviceName: 'echo_action', task: EchoShouting });
