import { describe, expect, it } from 'vitest';
import { planRemoval } from '../../../src/scaffold/plan-removal.js';

const PATH = '/p/conf/Context-A.xml';
const service = (id: string, call = '') =>
  `<TaskService id="${id}" instance="X"><Task><state type="on_start"><on_fail><action>start</action><call>${call}</call></on_fail></state></Task></TaskService>`;

describe('planRemoval', () => {
  it.each<[string, string, string]>([
    [
      'its line with a comment behind it',
      `<Context>\n  ${service('a')}\n  ${service('b')} <!-- of b -->\n  <!-- c -->\n</Context>\n`,
      `<Context>\n  ${service('a')}\n  <!-- c -->\n</Context>\n`,
    ],
    [
      'nothing else on a shared line',
      `<Context>${service('a')}${service('b')}</Context>`,
      `<Context>${service('a')}</Context>`,
    ],
    ['line ends of Windows', `<Context>\r\n\t${service('b')}\r\n</Context>`, `<Context>\r\n</Context>`],
  ])('removes %s', (_what, before, after) => {
    expect(planRemoval(PATH, before, 'b')).toEqual({ path: PATH, before, after, kind: 'update' });
  });

  it('names the lines of transitions that call the service', () => {
    const text = `<Context>\n${service('a', 'c b')}\n${service('b', 'b')}\n${service('c')}</Context>`;
    expect(() => planRemoval(PATH, text, 'b')).toThrow(`transitions of other services call b: ${PATH}:2`);
    expect(planRemoval(PATH, text.replace('c b', 'c'), 'b').after).not.toContain('id="b"');
  });

  it('names the services that there are', () => {
    const refusal = { code: 'TPL_CONFLICT', hint: 'its services: a' };
    expect(() => planRemoval(PATH, `<Context>${service('a')}</Context>`, 'b')).toThrow(
      expect.objectContaining(refusal) as Error,
    );
  });
});
