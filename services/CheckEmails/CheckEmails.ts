// CheckEmails: counts the new messages in a maildir once, and exits.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'contextd/schema';
import { SingleTask } from 'contextd/task';

const configuration = z.object({
  /** A maildir folder: each file in `new` is a message. */
  maildir: z.string().default('maildir'),
});

export class CheckingEmails extends SingleTask<z.infer<typeof configuration>> {
  static readonly configuration = configuration;

  override async run(): Promise<void> {
    const count = await countFiles(join(this.configuration.maildir, 'new'));
    this.log.info(count === 0 ? 'no mail' : `${count} new messages`);
    this.notify('updated', { new_messages: count });
  }
}

/** Treats a missing folder as empty. Other errors fail the service. */
async function countFiles(folder: string): Promise<number> {
  try {
    return (await readdir(folder)).length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
