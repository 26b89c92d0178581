// How the live view goes on: a key, a sample, a change of size in; the next view out.

import { unreachable } from '../../base/errors.js';
import { detailBody } from './detail.js';
import { updateByKey } from './update-key.js';
import { arrangeRows } from './row.js';
import { recordSample } from './sparkline.js';
import { bodyRows, type Input, type Sample, type Size, type View } from './view.js';

export function createView(sample: Sample, size: Size, intervalMs: number): View {
  return settle({
    size,
    intervalMs,
    sample,
    histories: recordSample(new Map(), sample.entries),
    trouble: undefined,
    nowMs: sample.atMs,
    shown: { kind: 'table' },
    order: { by: 'cpu', isDescending: true },
    filter: '',
    isTyping: false,
    isPaused: false,
    isDone: false,
    rows: [],
    index: 0,
    selected: undefined,
    offset: 0,
  });
}

export function update(view: View, input: Input): View {
  switch (input.kind) {
    case 'key':
      return settle(updateByKey(view, input.key));
    case 'sample':
      return view.isPaused ? view : settle(takeSample(view, input.sample));
    case 'trouble':
      return view.isPaused ? view : { ...view, trouble: input.text, nowMs: input.nowMs };
    case 'tick':
      return { ...view, nowMs: input.nowMs };
    case 'resize':
      return settle({ ...view, size: input.size });
    default:
      return unreachable(input);
  }
}

function takeSample(view: View, sample: Sample): View {
  const { shown } = view;
  // A run that ended is not continued by the next one.
  const isSame = sample.about.transaction === view.sample.about.transaction;
  const histories = recordSample(isSame ? view.histories : new Map(), sample.entries);
  const isDetail = shown.kind === 'detail' && sample.detail?.service_id === shown.id;
  return {
    ...view,
    sample,
    histories,
    trouble: undefined,
    nowMs: sample.atMs,
    shown: isDetail ? { ...shown, entry: sample.detail } : shown,
  };
}

/** Rows as filter and order want them; the selection stays with its service, and on the screen. */
function settle(view: View): View {
  const rows = arrangeRows(view.sample.entries, view.filter, view.order);
  const last = Math.max(0, rows.length - 1);
  const found = view.selected === undefined ? 0 : rows.findIndex(({ id }) => id === view.selected);
  // A service that is gone leaves the selection where it stood.
  const index = found === -1 ? Math.min(view.index, last) : found;
  const height = bodyRows(view);
  const highest = Math.max(0, rows.length - height);
  const offset = Math.min(highest, Math.max(index - height + 1, Math.min(view.offset, index)));
  const selected = view.selected === undefined ? undefined : (rows[index]?.id ?? view.selected);
  return settleDetail({ ...view, rows, index, selected, offset });
}

/** Not further down than there is something to see. */
function settleDetail(view: View): View {
  const { shown } = view;
  if (shown.kind !== 'detail') return view;
  const most = Math.max(0, detailBody(view).length - bodyRows(view));
  return { ...view, shown: { ...shown, offset: Math.min(shown.offset, most) } };
}
