// Renders the view as lines, one per screen row.

import { formatTime } from './format-cells.js';
import { detailBody, detailHead } from './detail.js';
import { HELP_BODY } from './help.js';
import { span, type Line, type Span } from './line.js';
import { statesLine, tableBody, titlesLine, totalsLine } from './draw-table.js';
import { fit, widthOf } from '../terminal/text.js';
import { bodyRows, type View } from './view.js';

export function render(view: View): readonly Line[] {
  const body = bodyOf(view).slice(0, bodyRows(view));
  const blank = Array.from({ length: bodyRows(view) - body.length }, (): Line => []);
  const head = headOf(view);
  // A low screen keeps at least the title, one row and the keys.
  const shown = head.slice(0, Math.max(1, view.size.rows - 2));
  return [...shown, ...body, ...blank].slice(0, view.size.rows - 1).concat([keysLine(view)]);
}

function headOf(view: View): readonly Line[] {
  switch (view.shown.kind) {
    case 'table':
      return [titleLine(view), statesLine(view), totalsLine(view), noteLine(view), titlesLine(view)];
    case 'detail':
      return [titleLine(view), ...detailHead(view, view.shown.id), noteLine(view)];
    case 'help':
      return [titleLine(view), [], [], noteLine(view), [span('KEYS', 'reverse')]];
  }
}

function bodyOf(view: View): readonly Line[] {
  switch (view.shown.kind) {
    case 'table':
      return tableBody(view);
    case 'detail':
      return detailBody(view).slice(view.shown.offset);
    case 'help':
      return HELP_BODY;
  }
}

/** Context, transaction and provider at the left, the time of the sample at the right. */
function titleLine({ sample, size, shown, intervalMs }: View): Line {
  const { contextId, transaction, endpoint } = sample.about;
  const right =
    size.columns < 100 ? formatTime(sample.atMs) : `every ${intervalMs / 1000} s  ${formatTime(sample.atMs)}`;
  const left = `${contextId}  ${transaction}  ${endpoint}${shown.kind === 'detail' ? `  ${shown.id}` : ''}`;
  return [span(fit(left, Math.max(0, size.columns - widthOf(right) - 1)), 'bold'), span(` ${right}`)];
}

/** Exceptional conditions, the most serious first. */
function noteLine(view: View): Line {
  const notes: Span[] = [];
  const silentS = Math.floor((view.nowMs - view.sample.atMs) / 1000);
  if (view.isPaused) notes.push(span('PAUSED', 'reverse'), span(' p resumes  '));
  else if (view.error !== undefined) notes.push(span(`${view.error}; retrying  `, 'red'));
  else if (silentS * 1000 > view.intervalMs + SILENCE_MS)
    notes.push(span(`no answer for ${silentS} s  `, 'yellow'));
  if (view.shown.kind === 'table' && (view.isTyping || view.filter !== '')) {
    notes.push(span('filter: ', 'bold'), span(view.filter));
    notes.push(view.isTyping ? span(' ', 'reverse') : span('  Esc clears it', 'grey'));
  }
  return notes;
}

/** How late a sample may be before the view reports it. */
const SILENCE_MS = 2000;

const TABLE_KEYS = 'q quit  ? help  / filter  Enter detail  p pause  sort: c cpu r rss v vms n name';
const KEYS = {
  table: TABLE_KEYS,
  detail: 'q quit  ? help  Esc back  ↑ ↓ PgUp PgDn scroll  p pause',
  help: 'q quit  Esc back',
} as const;
const TYPING_KEYS = 'Enter applies the filter  Esc clears it  ↑ ↓ select';

function keysLine({ shown, isTyping, size }: View): Line {
  const text = shown.kind === 'table' && isTyping ? TYPING_KEYS : KEYS[shown.kind];
  return [span(fit(text, size.columns), 'reverse')];
}
