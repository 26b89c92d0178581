import { describe, expect, it } from 'vitest';
import { monitorConfiguration } from '../../../src/monitor/configuration.js';

const service = { type: 'pub', endpoint: 'tcp://127.0.0.1:6789', frequency_s: '1' };

/** Each fault as `<path> message`. */
function faultsOf(configuration: unknown): readonly string[] {
  const result = monitorConfiguration.safeParse(configuration);
  return (result.error?.issues ?? []).map(({ path, message }) => `<${path.join('><')}> ${message}`);
}

describe('The configuration of a Monitor', () => {
  it('has the elements of the original, with defaults', () => {
    const read = monitorConfiguration.parse({
      device_action: 'monitor',
      location: '',
      service,
      monitor_options: { opened_files: 'false', open_connections: '', memory_maps: ' True ' },
    });
    expect(read).toMatchObject({
      service: { type: 'pub', endpoint: 'tcp://127.0.0.1:6789', frequency_s: 1, insecure: false },
      monitor_options: { opened_files: false, open_connections: false, memory_maps: true, pss: false },
      history_s: 3600,
    });
    expect([read.metrics_port, read.record]).toEqual([undefined, undefined]);
  });

  it('accepts blank elements, numbers and booleans', () => {
    const read = monitorConfiguration.parse({
      service: { endpoint: 'ipc:///tmp/monitor', frequency_s: 0.5 },
      monitor_options: '',
      metrics_port: '9100',
      history_s: '',
      record: { file: 'samples.csv', max_kb: '64', files: '' },
    });
    expect(read.service).toMatchObject({ type: 'pub', frequency_s: 0.5 });
    expect(read).toMatchObject({ metrics_port: 9100, history_s: 3600 });
    expect(read.record).toEqual({ file: 'samples.csv', format: 'csv', max_kb: 64, files: 5 });
  });

  it.each([
    ['no service', {}, '<service> must hold <endpoint> and <frequency_s>'],
    ['no endpoint', { service: {} }, '<service><endpoint> is missing'],
    ['no address', { service: { endpoint: '6789' } }, '<service><endpoint> is not a valid address'],
    ['another type', { service: { ...service, type: 'push' } }, '<service><type> must be pub'],
    [
      'too often',
      { service: { ...service, frequency_s: '0' } },
      '<service><frequency_s> is "0", allowed: a number',
    ],
    ['no number', { service: { ...service, frequency_s: 'x' } }, '<service><frequency_s> is "x"'],
    [
      'an invalid flag',
      { service, monitor_options: { opened_files: 'maybe' } },
      '<monitor_options><opened_files> is "maybe", allowed: true or false',
    ],
    [
      'an unknown option',
      { service, monitor_options: { files: '1' } },
      '<monitor_options> has <files>, which is not allowed there',
    ],
    ['no port', { service, metrics_port: '70000' }, '<metrics_port> is "70000"'],
    ['half a port', { service, metrics_port: '80.5' }, '<metrics_port> must be a whole number'],
    ['a record without file', { service, record: { format: 'csv' } }, '<record><file> is missing'],
    [
      'another format',
      { service, record: { file: 'x', format: 'xml' } },
      '<record><format> must be csv or jsonl',
    ],
    ['an unknown element', { service, histroy_s: '1' }, 'Unrecognized key: "histroy_s"'],
  ])('is refused with element and allowed values: %s', (_what, configuration, fault) => {
    expect(faultsOf(configuration).join('; ')).toContain(fault);
  });
});
