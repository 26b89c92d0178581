import { expect, test } from 'vitest';
import { encodeLine } from '../../../../src/cli/live/line.js';
import { render } from '../../../../src/cli/live/render.js';
import { update } from '../../../../src/cli/live/update.js';
import type { Input, Size, View } from '../../../../src/cli/live/view.js';
import { AT_MS, topEntry, topReply, topSample, topView } from '../../../helpers/top.js';

const SMALL: Size = { columns: 80, rows: 24 };
const LARGE: Size = { columns: 200, rows: 60 };

const press = (view: View, ...keys: readonly string[]) =>
  keys.reduce((at, key) => update(at, { kind: 'key', key }), view);
const feed = (view: View, ...inputs: readonly Input[]) => inputs.reduce(update, view);
const texts = (view: View) =>
  render(view).map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
const draw = (view: View) => `\n${texts(view).join('\n')}\n`;

/** The same services some seconds later, again and again. */
function aged(view: View, count: number, steps: number): View {
  return feed(
    view,
    ...Array.from({ length: steps }, (_, at): Input => {
      const step = at + 1;
      return { kind: 'sample', sample: topSample(topReply(count, step), step) };
    }),
  );
}

test('The table fits 80 columns and 24 rows.', () => {
  expect(draw(topView(topReply(300)))).toMatchInlineSnapshot(`
    "
    context001  T1  tcp://127.0.0.1:5557                                    12:00:00
    services 300: 270 started  30 defined
    all: cpu 15315%  rss 63.9G  vms 330G  threads 3795  fds 6000  pids 270  children 75

     SERVICE           PID STATE     CPU%▼    RSS    VMS  THR  FDS  CHLD     UP  RST
    >ts_77            1077 started     178   234M   1.1G   22   22     1  1h17m    2
     ts_257           1257 started     178   594M   1.3G   22   22     1  4h17m    2
     ts_141           1141 started     174   362M   1.2G   22   21     1  2h21m    0
     ts_25            1025 started     170   130M   1.1G   22   20     1 25m00s    1
     ts_205           1205 started     170   490M   1.3G   22   20     1  3h25m    1
     ts_89            1089 started     166   258M   1.2G   22   24     1  1h29m    2
     ts_269           1269 started     166   618M   1.3G   22   24     1  4h29m    2
     ts_153           1153 started     162   386M   1.2G   22   23     1  2h33m    0
     ts_37            1037 started     158   154M   1.1G   22   22     1 37m00s    1
     ts_217           1217 started     158   514M   1.3G   22   22     1  3h37m    1
     ts_101           1101 started     154   282M   1.2G   22   21     1  1h41m    2
     ts_281           1281 started     154   642M   1.3G   22   21     1  4h41m    2
     ts_165           1165 started     150   410M   1.2G   22   20     1  2h45m    0
     ts_49            1049 started     146   178M   1.1G   22   24     1 49m00s    1
     ts_229           1229 started     146   538M   1.3G   22   24     1  3h49m    1
     ts_113           1113 started     142   306M   1.2G   22   23     1  1h53m    2
     ts_293           1293 started     142   666M   1.4G   22   23     1  4h53m    2
     ts_177           1177 started     138   434M   1.2G   22   22     1  2h57m    0
    q quit  ? help  / filter  Enter detail  p pause  sort: c cpu r rss v vms n name
    "
  `);
});

test('A wide screen shows more columns and the recent history.', () => {
  const view = aged(topView(topReply(12), LARGE), 12, 30);
  expect(draw({ ...view, size: { columns: 200, rows: 18 } })).toMatchInlineSnapshot(`
    "
    context001  T1  tcp://127.0.0.1:5557                                                                                                                                                 every 1 s  12:00:30
    services 12: 11 started  1 defined
    all: cpu 641%  rss 671M  vms 11.9G  threads 154  fds 243  pids 11  children 3

     SERVICE           PID STATE     CPU%▼    RSS    VMS  THR  FDS  CHLD     UP  RST INSTANCE           LAG   READ  WRITE CPU HISTORY                              RSS HISTORY
    >ts_5             1005 started     130  94.0M   1.1G   22   20     1  5m30s    2 Runner               -   5.0M   2.0M          ▄▅▆▇█▁▃▄▅▆▇█▁▃▄▅▆▇█▂▃▄▅▆▇▁▂▃▄▅▆          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_8             1008 started    86.0  50.0M   1.1G   11   23     0  8m30s    2 Walker               -   8.0M   2.0M          ▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▄▅▆▇█▁▂▄▅▆▇█          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_7             1007 started    79.0  49.0M   1.1G   11   22     0  7m30s    1 Runner               -   7.0M   2.0M          ▅▆▇█▁▃▄▅▆▇█▂▃▄▅▆▇▁▂▃▄▅▆█▁▂▃▄▅▆█          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_1             1001 started    74.0  86.0M   1.1G   22   21     1  1m30s    1 Runner               -   1.0M   2.0M          ▁▂▄▅▆▇█▁▂▄▅▆▇█▁▃▄▅▆▇█▁▃▄▅▆▇█▂▃▄          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_6             1006 started    72.0  48.0M   1.1G   11   21     0  6m30s    0 Walker               -   6.0M   2.0M          ▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▄▅▆▇█▁▂▄▅▆▇          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_4             1004 started    58.0  46.0M   1.1G   11   24     0  4m30s    1 Walker               -   4.0M   2.0M          ▃▄▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▄▅▆          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_3             1003 started    51.0  45.0M   1.1G   11   23     0  3m30s    0 Runner               -   3.0M   2.0M          ▂▄▅▆▇█▁▂▄▅▆▇█▁▃▄▅▆▇█▁▃▄▅▆▇█▂▃▄▅          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_2             1002 started    44.0  44.0M   1.1G   11   22     0  2m30s    2 Walker               -   2.0M   2.0M          ▂▃▄▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▄▅          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_12            1012 started    24.0  54.0M   1.1G   11   22     0 12m30s    0 Walker               -  12.0M   2.0M          █▁▂▄▅▆▇█▁▂▄▅▆▇█▁▃▄▅▆▇█▁▃▄▅▆▇█▂▃          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_11            1011 started    17.0  53.0M   1.1G   11   21     0 11m30s    2 Runner               -  11.0M   2.0M          █▁▂▃▄▆▇█▁▂▃▄▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_9             1009 started     6.0   102M   1.1G   22   24     1  9m30s    0 Runner               -   9.0M   2.0M          ▆▇█▂▃▄▅▆▇▁▂▃▄▅▆█▁▂▃▄▅▆█▁▂▃▄▅▇█▁          ▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃▅▆▇█▁▂▃
     ts_10               - defined       -      -      -    -    -     - 10m30s    1 Walker               -      -      -          ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁          ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
    q quit  ? help  / filter  Enter detail  p pause  sort: c cpu r rss v vms n name
    "
  `);
  expect(texts(view)).toHaveLength(60);
});

test('The filter is shown while it is typed, with the number of matching services.', () => {
  const view = press(topView(topReply(300), { columns: 80, rows: 10 }), '/', 't', 's', '_', '2', '9');
  expect(draw(view)).toMatchInlineSnapshot(`
    "
    context001  T1  tcp://127.0.0.1:5557                                    12:00:00
    services 300, 11 shown: 270 started  30 defined
    all: cpu 15315%  rss 63.9G  vms 330G  threads 3795  fds 6000  pids 270  children 75
    filter: ts_29
     SERVICE           PID STATE     CPU%▼    RSS    VMS  THR  FDS  CHLD     UP  RST
    >ts_293           1293 started     142   666M   1.4G   22   23     1  4h53m    2
     ts_295           1295 started    85.0   335M   1.4G   11   20     0  4h55m    1
     ts_294           1294 started    78.0   334M   1.4G   11   24     0  4h54m    0
     ts_292           1292 started    64.0   332M   1.4G   11   22     0  4h52m    1
    Enter applies the filter  Esc clears it  ↑ ↓ select
    "
  `);
});

test('The details of a service: history, processes, connections, files and maps.', () => {
  const entry = topEntry(1);
  const detail = {
    ...entry,
    memory: {
      ...entry.memory!,
      connections: [
        {
          fd: 21,
          family: 'ipv4',
          type: 'stream',
          laddr: '127.0.0.1:40000',
          raddr: '127.0.0.1:5557',
          status: 'ESTABLISHED',
        },
      ],
      opened_files: [{ path: '/var/log/\u001b[2Jevil.log', fd: 3, mode: 'w' }],
      memory_map: [
        { path: '[heap]', rss: 1, size: 2, pss: 1 },
        { path: '/usr/bin/node', rss: 40, size: 80, pss: 4 },
      ],
    },
  };
  const view = aged(press(topView(topReply(3)), 'n', '<enter>'), 3, 100);
  const filled = feed(view, { kind: 'sample', sample: topSample(topReply(3, 101), 101, detail) });
  expect(draw(filled)).toMatchInlineSnapshot(`
    "
    context001  T1  tcp://127.0.0.1:5557  ts_1                              12:01:41
    ts_1  Runner name_1  pid 1001  started  up 2m41s  restarts 1
    cpu 120%                                          ▇█████▇█▆██████▇█ up to 178%
    rss 88.0M                                         ▇██████▇██████▇██ up to 94.0M

    vms 1.1G  threads 22  fds 21  read 1.0M  written 2.0M  loop lag -

    processes (1, children 1)
          PID STATUS       CPU%    RSS    VMS  THR  FDS NAME
         1001 sleeping     60.0  44.0M   1.1G   11   21 (main process)
         9001 running      60.0  44.0M   1.1G   11   21 child-1

    connections (1)
        FD KIND        STATUS      LOCAL                   REMOTE
        21 ipv4 stream ESTABLISHED 127.0.0.1:40000         127.0.0.1:5557

    opened files (1)
        FD MODE PATH
         3 w    /var/log/\\u001b[2Jevil.log

    memory maps (2)
         RSS   SIZE    PSS PATH
       40.0M  80.0M   4.0M /usr/bin/node
    q quit  ? help  Esc back  ↑ ↓ PgUp PgDn scroll  p pause
    "
  `);
  const gone: Input = { kind: 'sample', sample: topSample([topEntry(2)], 102) };
  expect(texts(feed(filled, gone))[1]).toBe('ts_1 is no longer in the transaction');
});

test('The help fits 24 rows and names every key.', () => {
  expect(draw(press(topView(topReply(3)), '?'))).toMatchInlineSnapshot(`
    "
    context001  T1  tcp://127.0.0.1:5557                                    12:00:00



    KEYS
     ↑ ↓ j k   select a service
     PgUp PgDn move by a screen
     Home End  move to the first or last service
     Enter     show its processes, connections, files and memory maps
     /         filter by id, name, instance, pid or state
     Esc       back; in the table: clear the filter
     p         pause or resume
     q Ctrl-C  quit
     Ctrl-L    redraw the screen

     sort by; press the key again to reverse the order
     n  service (its name)     i  process id             s  state
     c  cpu, % of one core     r  resident memory        v  virtual memory
     t  threads                f  file descriptors       d  children
     u  uptime                 x  restarts               a  instance
     l  event loop lag, ms     b  bytes read             w  bytes written


    q quit  Esc back
    "
  `);
});

test.each<readonly [string, (view: View) => View]>([
  ['PAUSED p resumes', (view) => press(view, 'p')],
  ['no answer for 4 s', (view) => feed(view, { kind: 'tick', nowMs: AT_MS + 4100 })],
  [
    'the provider is gone; retrying',
    (view) => feed(view, { kind: 'error', text: 'the provider is gone', nowMs: AT_MS }),
  ],
  ['', (view) => feed(view, { kind: 'tick', nowMs: AT_MS + 2900 })],
])('The note line shows %j.', (note, change) => {
  expect(texts(change(topView(topReply(3))))[3]).toBe(note);
});

test.each<Size>([
  SMALL,
  LARGE,
  { columns: 40, rows: 10 },
  { columns: 20, rows: 5 },
  { columns: 5, rows: 3 },
  { columns: 1, rows: 1 },
])('Every line fits a screen of $columns columns and $rows rows, whatever is shown.', (size) => {
  const evil = { ...topEntry(1), service_id: '漢字\u001b[31m'.repeat(20), instance: '🚀'.repeat(40) };
  const view = feed(topView([evil, ...topReply(50)], size), { kind: 'tick', nowMs: AT_MS + 9000 });
  const long = feed(view, { kind: 'error', text: 'x'.repeat(300), nowMs: AT_MS });
  for (const each of [
    view,
    long,
    press(view, '<enter>'),
    press(view, '?'),
    press(view, '/', 'x'),
    press(view, 'p'),
  ]) {
    const lines = render(each).map((line) => encodeLine(line, size.columns, false));
    expect(lines).toHaveLength(size.rows);
    expect(lines.filter(({ width }) => width > size.columns)).toEqual([]);
    // Looks are all that begins with an escape character.
    const rest = lines.map(({ text }) => text.split('\u001b[').map(withoutLook).join('')).join('');
    expect(rest).not.toMatch(/\p{Cc}/u);
  }
});

function withoutLook(text: string, at: number): string {
  return at === 0 ? text : text.replace(/^[017]m/, '');
}
