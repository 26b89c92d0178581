// The reducer of the live view: applies a key, a sample, an error, a tick or a resize.

import { unreachable } from '../../base/errors.js';
import { detailBody } from './detail.js';
import { updateByKey } from './update-key.js';
import { arrangeRows } from './row-data.js';
import { recordSample } from './sparkline.js';
import { bodyRows, type Input, type Sample, type Size, type View } from './view.js';

export function createView(sample: Sample, size: Size, intervalMs: number): View {
  return arrange({
    size,
    intervalMs,
    sample,
    histories: recordSample(new Map(), sample.entries),
    error: undefined,
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
      return arrange(updateByKey(view, input.key));
    case 'sample':
      return view.isPaused ? view : arrange(takeSample(view, input.sample));
    case 'error':
      return view.isPaused ? view : { ...view, error: input.text, nowMs: input.nowMs };
    case 'tick':
      return { ...view, nowMs: input.nowMs };
    case 'resize':
      return arrange({ ...view, size: input.size });
    default:
      return unreachable(input);
  }
}

function takeSample(view: View, sample: Sample): View {
  const { shown } = view;
  // The history of another transaction must not be continued.
  const isSame = sample.about.transaction === view.sample.about.transaction;
  const histories = recordSample(isSame ? view.histories : new Map(), sample.entries);
  const isDetail = shown.kind === 'detail' && sample.detail?.service_id === shown.id;
  return {
    ...view,
    sample,
    histories,
    error: undefined,
    nowMs: sample.atMs,
    shown: isDetail ? { ...shown, entry: sample.detail } : shown,
  };
}

/** Filters and sorts the rows; keeps the selected service selected and on the screen. */
function arrange(view: View): View {
  const rows = arrangeRows(view.sample.entries, view.filter, view.order);
  const last = Math.max(0, rows.length - 1);
  const found = view.selected === undefined ? 0 : rows.findIndex(({ id }) => id === view.selected);
  // If the service is gone, the selection stays at its row.
  const index = found === -1 ? Math.min(view.index, last) : found;
  const height = bodyRows(view);
  const highest = Math.max(0, rows.length - height);
  const offset = Math.min(highest, Math.max(index - height + 1, Math.min(view.offset, index)));
  const selected = view.selected === undefined ? undefined : (rows[index]?.id ?? view.selected);
  return limitDetailOffset({ ...view, rows, index, selected, offset });
}

/** Limits scrolling to the end of the details. */
function limitDetailOffset(view: View): View {
  const { shown } = view;
  if (shown.kind !== 'detail') return view;
  const max = Math.max(0, detailBody(view).length - bodyRows(view));
  return { ...view, shown: { ...shown, offset: Math.min(shown.offset, max) } };
}
