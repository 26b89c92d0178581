import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package.js';
import { readMetaContext } from '../../src/model/read/meta-context.js';
import { readContext } from '../../src/model/read/read-context.js';
import { listFiles } from './source-files.js';

const samples = listFiles(join(packageRoot, 'conf')).filter((path) => path.endsWith('.xml'));
const named = (kind: string) => samples.filter((path) => basename(path).startsWith(kind));

describe('every sample in conf', () => {
  it('is named as a context or as a meta file', () => {
    expect(samples.length).toBeGreaterThan(0);
    expect([...named('Context-'), ...named('Services-')].sort()).toEqual(samples);
  });

  it.each(named('Context-').map((path) => [basename(path), path]))(
    '%s is read without a fault',
    (_name, path) => {
      const { configuration, warnings } = readContext(readFileSync(path, 'utf8'), path);
      expect(configuration.TaskService.length).toBeGreaterThan(0);
      expect(warnings).toEqual([]);
    },
  );

  it.for(named('Services-'))('%s is read without a fault', (path) => {
    expect(readMetaContext(readFileSync(path, 'utf8'), path)).toBeDefined();
  });
});
