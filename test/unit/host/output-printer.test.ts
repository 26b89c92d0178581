import { expect, test } from 'vitest';
import { OutputPrinter, type OutputLog } from '../../../src/host/program/output-printer.js';

interface TestLog extends OutputLog {
  text: string;
  /** As the host's own records come. */
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

test('The rest of a line stands behind its start.', () => {
  const log = createLog();
  const printer = new OutputPrinter(log);
  printer.print('stdout', cut('abc'));
  printer.print('stdout', cut('abcdef\n', 3));
  expect(log.text).toBe('abcdef\n');
});

test('A line whose start others have written behind is printed whole, on a line of its own.', () => {
  const log = createLog();
  const printer = new OutputPrinter(log);
  printer.print('stdout', cut('abc'));
  log.line('warn');
  printer.print('stdout', cut('abcdef\n', 3));
  expect(log.text).toBe('abc\nwarn\nabcdef\n');
});

test('Two streams do not end up in one line.', () => {
  const log = createLog();
  const printer = new OutputPrinter(log);
  printer.print('stdout', cut('out'));
  printer.print('stderr', cut('err'));
  printer.print('stdout', cut('out is whole\n', 3));
  printer.print('stderr', cut('err is whole\n', 3));
  expect(log.text).toBe('out\nerr\nout is whole\nerr is whole\n');
});

test('Nothing is written of nothing, and parts of a long line follow one another.', () => {
  const log = createLog();
  const printer = new OutputPrinter(log);
  printer.print('stdout', cut(''));
  expect(log.writes).toBe(0);
  printer.print('stdout', cut('xx'));
  printer.print('stdout', cut('yy'));
  printer.print('stdout', cut('\n'));
  expect(log.text).toBe('xxyy\n');
});
