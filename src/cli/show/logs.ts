// Prints the log of a service: the last lines, and with --follow new lines until Ctrl-C.

import { stat } from 'node:fs/promises';
import { EXIT } from '../../base/errors.js';
import type { Client } from '../../client/client.js';
import { readLog } from '../../client/read-log.js';
import { logsReplySchema, type LogsReply } from '../../messages/logs.js';
import { escapeText } from '../terminal/escape.js';
import type { Terminal } from '../terminal/terminal.js';

export interface LogArguments {
  readonly transaction?: string | undefined;
  readonly task_id?: string | undefined;
  readonly service_id: string;
  readonly lines: number;
  readonly follow: boolean;
  readonly json: boolean;
  readonly raw: boolean;
}

/** Throws SVC_LOG_UNREADABLE, and the provider's errors. */
export async function showLogs(client: Client, args: LogArguments, terminal: Terminal): Promise<number> {
  const { transaction, lines, follow, json, raw } = args;
  const serviceId = args.task_id ?? args.service_id;
  const reply = logsReplySchema.parse(await client.request(transaction, { action: 'logs', serviceId }));
  const printNotes = async () => terminal.err(await describeLoss(reply));
  if (follow) await printNotes();
  const options = {
    lines,
    follow: follow ? AbortSignal.any([terminal.signal, terminal.closed]) : undefined,
    onGap: () => terminal.err('  lines may be missing: the log was rotated before they were read\n'),
  };
  for await (const line of readLog(reply.files.at(-1) ?? '', options)) {
    if (json) terminal.out(`${JSON.stringify({ line })}\n`);
    else if (raw) terminal.raw(`${line}\n`);
    else terminal.out(`${formatLogLine(line)}\n`);
  }
  if (!follow) await printNotes();
  return EXIT.done;
}

/** Escapes colours too: otherwise a task could imitate lines of contextd. */
export function formatLogLine(line: string): string {
  return escapeText(line);
}

/** Output that is not in the log. */
async function describeLoss({ out, lost }: LogsReply): Promise<string> {
  const notes: string[] = [];
  const size = await stat(out).then(
    (file) => file.size,
    () => 0,
  );
  if (size > 0) notes.push(`${size} bytes of output are not in the log but in ${out}`);
  if (lost !== undefined) notes.push(`${lost.lines} lines of the current run were lost: ${lost.code}`);
  return notes.map((note) => `  ${note}\n`).join('');
}
