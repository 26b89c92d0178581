// Sends the command or query of conf_command to a provider and prints the answer.

import { EXIT } from '../base/errors.js';
import type { Client } from '../client/client.js';
import type { ContextConfiguration } from '../model/context.js';
import { isQuery, type QueryAction, type Request } from './arguments/actions.js';
import { sendCommand } from './send-command.js';
import { showAnswer, showInfo } from './show/answer.js';
import { showHistory } from './show/history.js';
import { showLogs } from './show/logs.js';
import { showChart } from './show/metric-chart.js';
import { showStats } from './show/provider-stats.js';
import { showTop } from './show/top.js';
import type { Terminal } from './terminal/terminal.js';

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
  const { action, transaction, json } = args;
  if (action === 'logs') return await showLogs(client, args, terminal);
  if (action === 'top') return await showTop(client, args, terminal);
  if (action === 'figures') return showStats(terminal, await client.stats(), json);
  if (args.metric !== undefined) return await showChart(client, { ...args, metric: args.metric }, terminal);
  const serviceId = args.task_id ?? args.service_id;
  const reply = await client.request(transaction, { action, serviceId, content: { limit: args.lines } });
  if (action === 'request') showInfo(terminal, reply, json);
  else showHistory(terminal, reply, json);
  return EXIT.done;
}
