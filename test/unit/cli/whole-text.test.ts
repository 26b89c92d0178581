// Commands never cut their output, even on a narrow terminal.

import { expect, it } from 'vitest';
import { createPaint } from '../../../src/cli/terminal/paint.js';
import { showAnswer } from '../../../src/cli/show/answer.js';
import { showHistory } from '../../../src/cli/show/history.js';
import { formatTop } from '../../../src/cli/show/top.js';
import { createTerminal } from '../../helpers/terminal.js';

const LONG = 'x'.repeat(5000);
const ID = `ts_${'y'.repeat(120)}`;
const narrow = () => ({ ...createTerminal(), columns: 40 });

it('an answer contains whole ids, errors, hints, warnings, plan and reasons', () => {
  const terminal = narrow();
  const error = { code: 'SVC_EXITED', message: `message ${LONG}`, hint: `hint ${LONG}` };
  const services = [{ service_id: ID, state: 'failed', pid: null, error }];
  const reasons = { [ID]: [`reason ${LONG}`] };
  const status = { services, error, warnings: [`warning ${LONG}`], plan: { changed: [ID] }, reasons };
  showAnswer(terminal, {
    action: 'reload',
    json: false,
    answer: { transaction: 'T1', status: { result: 'failure', ...status } },
  });
  const { out, err } = terminal.written;
  expect(out).toContain(`changed       ${ID} (reason ${LONG})\n`);
  expect(out).toMatch(new RegExp(`^  ${ID}  failed +message ${LONG}$`, 'm'));
  expect(err).toContain(`warning: warning ${LONG}\n`);
  expect(err).toContain(`error SVC_EXITED: message ${LONG}\n  hint: hint ${LONG}\n`);
});

it('list contains every service of every transaction', () => {
  const terminal = narrow();
  const services = Array.from({ length: 300 }, (_, at) => ({
    service_id: `${ID}_${at}`,
    state: 'started',
    pid: 1,
  }));
  const transactions = [{ transaction: 'T1', context_id: ID, services }];
  showAnswer(terminal, {
    action: 'list',
    json: false,
    answer: { transaction: '', status: { result: 'success', services: [], transactions } },
  });
  const shown = services.filter(({ service_id: id }) => terminal.written.out.includes(`  ${id} `));
  expect(shown).toHaveLength(300);
});

it('why and history contain every record', () => {
  const terminal = narrow();
  const at = new Date(0).toISOString();
  const records = [{ id: 1, at, kind: 'event', service_id: ID, text: `failed: ${LONG}`, cause: 0 }];
  showHistory(terminal, { service_id: ID, state: 'failed', since: at, records }, false);
  expect(terminal.written.out).toContain(`${ID}  failed: ${LONG}\n`);
  expect(terminal.written.out).toContain(`${ID} is failed since `);
});

it('why prints one line with the reason for a service without records', () => {
  const at = new Date(0).toISOString();
  for (const state of ['defined', 'starting', 'started', 'stopped', 'exited', 'failed']) {
    const terminal = narrow();
    showHistory(terminal, { service_id: ID, state, since: at, records: [] }, false);
    expect(terminal.written.out).not.toContain('no records');
    expect(terminal.written.out).toContain(
      state === 'defined' ? `${ID} has not been started yet` : `the cause of the state of ${ID} is older`,
    );
  }
});

it('top contains whole ids and paths', () => {
  const total = { rss: 1, vms: 1, percent: 1, cpu: 1, threads: 1, fds: 1 };
  const memory = { status: 'sleeping', children: [], total, timestamp: 0, elapsed: 0 };
  const opened_files = [{ fd: 3, mode: 'r', path: `/${LONG}` }];
  const entry = { service_id: ID, serviceName: 'n', instance: 'N', pid: 1, status: 'started', restarts: 0 };
  const lines = formatTop([{ ...entry, memory: { ...memory, opened_files } } as never], createPaint(false));
  expect(lines.some((line) => line.startsWith(`${ID} `))).toBe(true);
  expect(lines.some((line) => line.endsWith(` /${LONG}`))).toBe(true);
});
