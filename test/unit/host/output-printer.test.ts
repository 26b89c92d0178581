import { expect, test } from 'vitest';
import { OutputPrinter, type OutputLog } from '../../../src/host/program/output-printer.js';

interface TestLog extends OutputLog {
  text: string;
  /** As log records of the host. */
  line(text: string): void;
}

function createLog(): TestLog {
  let writes = 0;
  const log: TestLog = {
    text: '',
    get isMidLine() {
      return log.text !== '' && !log.text.endsWith('\n');
    },
    get writes() {
      return writes;
    },
    write: (bytes) => {
      writes += 1;
      log.text += Buffer.from(bytes).toString();
    },
    line: (text) => log.write(Buffer.from(`${log.isMidLine ? '\n' : ''}${text}\n`)),
  };
  return log;
}

const cut = (text: string, printedBytes = 0) => ({ printable: Buffer.from(text), printedBytes });

test('The rest of a line is appended to its start.', () => {
  const log = createLog();
  const printer = new OutputPrinter(log);
  printer.print('stdout', cut('abc'));
  printer.print('stdout', cut('abcdef\n', 3));
  expect(log.text).toBe('abcdef\n');
});

test('If other output follows the start of a line, the complete line is printed again on its own line.', () => {
  const log = createLog();
  const printer = new OutputPrinter(log);
  printer.print('stdout', cut('abc'));
  log.line('warn');
  printer.print('stdout', cut('abcdef\n', 3));
  expect(log.text).toBe('abc\nwarn\nabcdef\n');
});

test('Two streams are never mixed in one line.', () => {
  const log = createLog();
  const printer = new OutputPrinter(log);
  printer.print('stdout', cut('out'));
  printer.print('stderr', cut('err'));
  printer.print('stdout', cut('out is whole\n', 3));
  printer.print('stderr', cut('err is whole\n', 3));
  expect(log.text).toBe('out\nerr\nout is whole\nerr is whole\n');
});

test('An empty chunk writes nothing, and parts of a long line follow one another.', () => {
  const log = createLog();
  const printer = new OutputPrinter(log);
  printer.print('stdout', cut(''));
  expect(log.writes).toBe(0);
  printer.print('stdout', cut('xx'));
  printer.print('stdout', cut('yy'));
  printer.print('stdout', cut('\n'));
  expect(log.text).toBe('xxyy\n');
});
