// Checks the arguments of conf_command: required flags, values, and flags that cannot be combined.

import { ID_RULE, isId } from '../../base/ids.js';
import {
  ACTIONS,
  ALL_TASKS,
  isQuery,
  PROVIDER_ACTIONS,
  type Action,
  type Arguments,
  type Request,
} from './actions.js';
import { checkChartArguments } from './chart-arguments.js';
import { readLineFilter } from './log-arguments.js';
import { checkTopArguments } from './top-arguments.js';
import { invalidValue, usageError } from './usage-errors.js';

const DEFAULT_LINES = 50;

/** Throws CLI_USAGE. */
export function checkConfArguments(given: Arguments): Request {
  const { action, transaction = '' } = given;
  if (action === undefined) {
    throw usageError('--action is missing', `allowed values: ${ACTIONS.join(', ')}`);
  }
  const { task_id: task, _: named = [], ...rest } = given;
  const isAll = task === undefined || (task === ALL_TASKS && given.topic !== 'process');
  const services = [...named.map(String), ...(isAll ? [] : [task])];
  const noLimit = action === 'logs' && given.since !== undefined ? Infinity : DEFAULT_LINES;
  const isNew = given.transaction === '';
  const request = { ...rest, action, transaction, isNew, services, lines: given.lines ?? noLimit };
  checkValues(request);
  checkServices(request);
  checkTopic(action, given.topic);
  checkChartArguments(request);
  checkTopArguments(request);
  readLineFilter(request, 0);
  return request;
}

function checkValues({ action, transaction, timeout, lines }: Request): void {
  if (transaction !== '' && !isId(transaction)) {
    throw invalidValue(
      'transaction',
      transaction,
      `an id consists of ${ID_RULE}; run 'contextd ps' to see the existing ids`,
    );
  }
  if (action === 'forget' && transaction === '') {
    throw usageError('forget needs --transaction', "run 'contextd ps' to see the ids of the transactions");
  }
  if (timeout !== undefined && !(timeout > 0)) {
    throw invalidValue('timeout', timeout, 'expected a number of seconds above 0, such as --timeout=10');
  }
  if (lines !== Infinity && (!Number.isInteger(lines) || lines < 0)) {
    throw invalidValue('lines', lines, 'expected a whole number, 0 or more, such as --lines=100');
  }
}

function checkServices({ action, metric, services, service_id: id }: Request): void {
  const count = services.length === 0 && id !== '' ? 1 : services.length;
  const needsOne = PROVIDER_ACTIONS[action].target === 'service' || metric !== undefined;
  if (!needsOne || count === 1) return;
  const what = metric === undefined ? action : `${action} --metric`;
  throw usageError(
    count === 0 ? `${what} needs a service` : `${what} takes one service, not ${count}`,
    `name one: contextd ${action} SERVICE, or conf_command --action=${action} --task_id=SERVICE; 'contextd ps' lists them`,
  );
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
