// A service's log on the terminal: its last lines, and with --follow those to come until Ctrl-C.

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

/** Throws SVC_LOG_UNREADABLE, and what the provider refuses. */
export async function showLogs(client: Client, args: LogArguments, terminal: Terminal): Promise<number> {
  const { transaction, lines, follow, json, raw } = args;
  const serviceId = args.task_id ?? args.service_id;
  const reply = logsReplySchema.parse(await client.request(transaction, { action: 'logs', serviceId }));
  const tell = async () => terminal.err(await describeRest(reply));
  if (follow) await tell();
  const reading = {
    lines,
    follow: follow ? AbortSignal.any([terminal.signal, terminal.closed]) : undefined,
    onGap: () => terminal.err('  lines may have been rotated away before they could be shown\n'),
  };
  for await (const line of readLog(reply.files.at(-1) ?? '', reading)) {
    if (json) terminal.out(`${JSON.stringify({ line })}\n`);
    else if (raw) terminal.raw(`${line}\n`);
    else terminal.out(`${formatLogLine(line)}\n`);
  }
  if (!follow) await tell();
  return EXIT.done;
}

/** Of colours nothing is left either: a task could otherwise make its line look like one of ours. */
export function formatLogLine(line: string): string {
  return escapeText(line);
}

/** What the log itself does not show. */
async function describeRest({ out, lost }: LogsReply): Promise<string> {
  const notes: string[] = [];
  const size = await stat(out).then(
    (file) => file.size,
    () => 0,
  );
  if (size > 0) notes.push(`${size} bytes went past the log: ${out}`);
  if (lost !== undefined) notes.push(`${lost.lines} lines of the present run are lost: ${lost.code}`);
  return notes.map((note) => `  ${note}\n`).join('');
}
