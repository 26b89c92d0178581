import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkLocation, locateService } from '../../../src/launcher/locate-service.js';
import { testService } from '../../helpers/context.js';
import { taskServiceSchema } from '../../../src/model/context.js';

const top = mkdtempSync(join(tmpdir(), 'contextd-locate-'));
afterAll(() => rmSync(top, { recursive: true }));

const roots = [join(top, 'one'), join(top, 'two')];
put('one/Alpha/index.ts');
put('two/Alpha/index.ts');
put('two/Beta/index.js');
put('one/Gamma/index.mjs');
put('one/Gamma/index.ts');
put('one/deep/Delta/index.mts');
put('elsewhere/Evil/index.ts');
put('one-more/Evil/index.ts');
symlinkSync(join(top, 'elsewhere'), join(top, 'one', 'way-out'));
symlinkSync(join(top, 'one'), join(top, 'way-in'));
symlinkSync(join(top, 'elsewhere', 'Evil'), join(top, 'one', 'Linked'));
symlinkSync(join(top, 'two', 'Beta'), join(top, 'one', 'Neighbour'));
mkdirSync(join(top, 'one', 'Half'));
symlinkSync(join(top, 'elsewhere', 'Evil', 'index.ts'), join(top, 'one', 'Half', 'index.ts'));
mkdirSync(join(top, 'one', 'Empty'));

function put(path: string): void {
  mkdirSync(join(top, path, '..'), { recursive: true });
  writeFileSync(join(top, path), '');
}

function service(instance: string, location: string) {
  return taskServiceSchema.parse(testService({ id: 'ts_1', instance, location }));
}

describe('locateService finds', () => {
  it.each([
    ['Alpha', 'one', 'one/Alpha/index.ts', 'in the folder that the context names'],
    ['Alpha', 'two', 'two/Alpha/index.ts', 'in that folder only'],
    ['Alpha', '', 'one/Alpha/index.ts', 'in the first root that has it, when no folder is named'],
    ['Beta', '', 'two/Beta/index.js', 'in any root, when no folder is named'],
    ['Gamma', 'one', 'one/Gamma/index.ts', 'TypeScript before JavaScript'],
    ['Neighbour', 'one', 'one/Neighbour/index.js', 'by a link into another root'],
    ['Delta', 'one/deep', 'one/deep/Delta/index.mts', 'below a root'],
  ])('%s in "%s": %s, %s', (instance, location, found) => {
    const folder = location === '' ? '' : join(top, location);
    expect(locateService(service(instance, folder), roots)).toBe(join(top, found));
  });
});

describe('locateService rejects', () => {
  it.each([
    ['a service that is not there', 'Beta', 'one', 'SVC_NOT_FOUND'],
    ['a folder without an index file', 'Empty', 'one', 'SVC_NOT_FOUND'],
    ['a folder that is no root', 'Evil', 'elsewhere', 'SVC_LOCATION_REFUSED'],
    ['a folder whose name only begins like a root', 'Evil', 'one-more', 'SVC_LOCATION_REFUSED'],
    ['a way out of a root by dots', 'Evil', 'one/../elsewhere', 'SVC_LOCATION_REFUSED'],
    ['an instance folder that is a link out of the roots', 'Linked', 'one', 'SVC_LOCATION_REFUSED'],
    ['an entry file that is a link out of the roots', 'Half', 'one', 'SVC_LOCATION_REFUSED'],
    ['a way out of a root by a link', 'Evil', 'one/way-out', 'SVC_LOCATION_REFUSED'],
    ['a folder that does not exist', 'Evil', 'nowhere', 'SVC_LOCATION_REFUSED'],
    ['a way out by dots that does not exist yet', 'Evil', 'one/../nowhere', 'SVC_LOCATION_REFUSED'],
  ])('%s', (_what, instance, location, code) => {
    // Not joined, so that the dots remain.
    expect(() => locateService(service(instance, `${top}/${location}`), roots)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('with the service and the searched folders in the message', () => {
    expect(() => locateService(service('Missing', ''), roots)).toThrow(
      `ts_1: no service "Missing" in ${join(top, 'one/Missing')}, ${join(top, 'two/Missing')}`,
    );
  });
});

it('a link into a service root is a service root', () => {
  const location = join(top, 'way-in');
  expect(() => checkLocation(service('Alpha', location), location, roots)).not.toThrow();
});
