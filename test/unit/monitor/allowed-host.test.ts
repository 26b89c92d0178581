import { expect, test } from 'vitest';
import { isAllowedHost } from '../../../src/monitor/allowed-host.js';

const NAMES = ['metrics.Example', '10.1.2.3', '[fe80::1]'];

test.each([
  undefined,
  'localhost',
  'LOCALHOST:9464',
  'localhost.:9464',
  'monitor.localhost:80',
  '127.0.0.1',
  '127.0.0.1:9464',
  '127.9.9.9:1',
  '[::1]:9464',
  'metrics.example:1',
  '10.1.2.3:9464',
  '[fe80::1]',
])('%j is allowed', (header) => expect(isAllowedHost(header, NAMES)).toBe(true));

test.each([
  '',
  'evil.example',
  'evil.example:9464',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evil.example#localhost',
  'localhost@evil.example',
  'localhost:9464:80',
  'localhost, evil.example',
  '[::1',
  '[::2]',
  '0.0.0.0',
  '192.168.1.1',
])('%j is not allowed', (header) => expect(isAllowedHost(header, NAMES)).toBe(false));
