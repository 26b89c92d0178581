// Sends the command or query of conf_command to a provider and prints the answer.

import { EXIT } from '../../base/errors.js';
import type { Client } from '../../client/client.js';
import type { ContextConfiguration } from '../../model/context.js';
import { historyReplySchema, type HistoryReply } from '../../messages/history.js';
import { isQuery, type QueryAction, type Request } from '../arguments/actions.js';
import { sendCommand } from './send-command.js';
import { showAnswer, showInfo } from '../show/answer.js';
import { showHistory } from '../show/history.js';
import { showLogs } from '../show/logs.js';
import { showChart } from '../show/metric-chart.js';
import { showStats } from '../show/provider-stats.js';
import { showTop } from '../show/top.js';
import type { Terminal } from '../terminal/terminal.js';

/** Returns the exit code. Throws CLI_USAGE, and the provider's error to a query. */
export async function executeAction(
  client: Client,
  args: Request,
  configuration: ContextConfiguration | undefined,
  terminal: Terminal,
): Promise<number> {
  const { action } = args;
  if (isQuery(action)) return await executeQuery(client, { ...args, action }, terminal);
  const answer = await sendCommand(client, args, configuration);
  return showAnswer(terminal, { ...args, answer });
}

async function executeQuery(
  client: Client,
  args: Request & { readonly action: QueryAction },
  terminal: Terminal,
): Promise<number> {
  const { action, transaction, json, metric } = args;
  switch (action) {
    case 'logs':
      return await showLogs(client, args, terminal);
    case 'top':
      return await showTop(client, args, terminal);
    case 'figures':
      return showStats(terminal, await client.stats(), json);
    case 'request':
      showInfo(terminal, await client.request(transaction), json);
      return EXIT.done;
    case 'why':
    case 'history':
      if (metric === undefined) return await executeHistory(client, { ...args, action }, terminal);
      return await showChart(client, { ...args, metric }, terminal);
  }
}

async function executeHistory(
  client: Client,
  args: Request & { readonly action: 'history' | 'why' },
  terminal: Terminal,
): Promise<number> {
  const { action, services, transaction, lines, json } = args;
  const isSelecting = action === 'history' && services.length > 0;
  const limit = isSelecting ? ALL_RECORDS : lines;
  const query = { action, serviceId: services[0] ?? args.service_id, content: { limit } };
  const reply = await client.request(transaction, query);
  showHistory(terminal, isSelecting ? selectRecords(reply, args) : reply, json);
  return EXIT.done;
}

/** A provider holds no more records of a transaction. */
const ALL_RECORDS = 1_000_000;

/** The last records of the services that are named. */
function selectRecords(reply: unknown, { services, lines }: Request): HistoryReply {
  const { records, ...rest } = historyReplySchema.parse(reply);
  const selected = records.filter((record) => services.includes(record.service_id));
  return { ...rest, records: selected.slice(Math.max(0, selected.length - lines)) };
}
