// Answers queries on topic samples.<transaction>.

import { systemClock } from '../base/clock.js';
import { ContextdError } from '../base/errors.js';
import {
  METRIC_UNITS,
  METRICS,
  type Metric,
  type SamplesReply,
  type SamplesRequestBody,
} from '../messages/sample-history.js';
import type { MonitorConfiguration } from './configuration.js';
import type { History } from './history.js';

/** Throws MSG_ACTION_UNKNOWN, MSG_INVALID or SVC_UNKNOWN with the possible values. */
export function handleSampleQuery(
  history: History,
  configuration: MonitorConfiguration,
  { header, content }: SamplesRequestBody,
): SamplesReply {
  if (header.action !== 'history') {
    throw new ContextdError(
      'MSG_ACTION_UNKNOWN',
      `unknown action "${header.action}" in a query to the Monitor`,
      {
        hint: 'the only action is history',
      },
    );
  }
  const metric = parseMetric(content.metric, configuration);
  const sinceS = content.since_s === undefined ? -Infinity : systemClock.now() / 1000 - content.since_s;
  const points = history.read(header.service_id, metric, sinceS);
  // A Monitor that has just started knows no services yet: not an error.
  if (points === undefined && history.serviceIds.length > 0)
    throw unknownService(header.service_id, history.serviceIds);
  return {
    service_id: header.service_id,
    metric,
    unit: METRIC_UNITS[metric],
    period_s: configuration.service.frequency_s,
    points: [...(points ?? [])],
  };
}

function parseMetric(
  text: string,
  { monitor_options: options, history_s: spanS }: MonitorConfiguration,
): Metric {
  const metric = METRICS.find((each) => each === text);
  if (metric === undefined) {
    throw new ContextdError('MSG_INVALID', `unknown metric "${text}"`, {
      hint: `metrics are ${METRICS.join(', ')}`,
    });
  }
  if (spanS === 0) {
    throw new ContextdError('MSG_INVALID', 'the Monitor keeps no history', {
      hint: 'set <history_s> of the Monitor to more than 0',
    });
  }
  if (metric === 'pss' && !options.pss) {
    throw new ContextdError('MSG_INVALID', 'the Monitor does not measure pss', {
      hint: 'set <monitor_options><pss>true</pss></monitor_options> of the Monitor',
    });
  }
  return metric;
}

function unknownService(id: string, known: readonly string[]): ContextdError {
  return new ContextdError('SVC_UNKNOWN', `there are no samples of a service "${id}"`, {
    hint: `services with samples: ${known.join(', ')}`,
  });
}
