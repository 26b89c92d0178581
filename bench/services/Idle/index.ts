// Runs until it is stopped, and does nothing else.

import { defineService, SingleTask } from 'contextd/task';

class Idle extends SingleTask {
  override async run(): Promise<void> {
    await new Promise((resolve) => this.signal.addEventListener('abort', resolve, { once: true }));
  }
}

export default defineService({ task: Idle });
