// Checks the arguments of conf_command: required flags, values, and flags that cannot be combined.

import { ID_RULE, isId } from '../../base/ids.js';
import { ACTIONS, ALL_TASKS, isQuery, type Action, type Arguments, type Request } from './actions.js';
import { checkChartArguments } from './chart-arguments.js';
import { checkTopArguments } from './top-arguments.js';
import { invalidValue, usageError } from './usage-errors.js';

/** Throws CLI_USAGE. */
export function checkConfArguments(given: Arguments): Request {
  const args =
    given.task_id === ALL_TASKS && given.topic !== 'process' ? { ...given, task_id: undefined } : given;
  const { action, transaction = '', timeout, lines } = args;
  if (action === undefined) {
    throw usageError('--action is missing', `allowed values: ${ACTIONS.join(', ')}`);
  }
  if (transaction !== '' && !isId(transaction)) {
    throw invalidValue(
      'transaction',
      transaction,
      `an id consists of ${ID_RULE}; run 'conf_command --action=list' to see the existing ids`,
    );
  }
  if (action === 'forget' && transaction === '') {
    throw usageError(
      '--action=forget needs --transaction',
      "run 'conf_command --action=list' to see the ids of the transactions",
    );
  }
  if (timeout !== undefined && !(timeout > 0)) {
    throw invalidValue('timeout', timeout, 'expected a number of seconds above 0, such as --timeout=10');
  }
  if (!Number.isInteger(lines) || lines < 0) {
    throw invalidValue('lines', lines, 'expected a whole number, 0 or more, such as --lines=100');
  }
  const needsService = action === 'why' || action === 'logs' || args.metric !== undefined;
  if (needsService && args.task_id === undefined && args.service_id === '') {
    throw usageError(
      `--action=${action} needs --task_id`,
      "run 'conf_command --action=list' to see the ids of the services",
    );
  }
  const request = { ...args, action, transaction, isNew: args.transaction === '' };
  checkTopic(action, args.topic);
  checkChartArguments(request);
  checkTopArguments(request);
  return request;
}

function checkTopic(action: Action, topic: Arguments['topic']): void {
  const topics = topicsOf(action);
  if (topic === undefined || topics.includes(topic)) return;
  throw usageError(
    `--action=${action} cannot be sent on --topic=${topic}`,
    `remove --topic, or pass --topic=${topics.join(' or --topic=')}`,
  );
}

/** Queries go to topic `state`, commands to `context`; three commands can also go directly to one service. */
function topicsOf(action: Action): readonly NonNullable<Arguments['topic']>[] {
  if (isQuery(action)) return ['state'];
  return ['start', 'stop', 'restart'].includes(action) ? ['context', 'process'] : ['context'];
}
