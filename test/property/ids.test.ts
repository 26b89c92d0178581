import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileNameOf } from '../../src/base/file-name.js';
import { isId, type ServiceId, type TransactionId } from '../../src/base/ids.js';
import {
  heartbeatsOf,
  heartbeatTopic,
  idsInTopic,
  routedTopic,
  samplesTopic,
} from '../../src/messages/topics.js';

/** Few letters and many dots, so that many ids are similar. */
const near = fc.stringMatching(/^[aA_][aA.:-]{0,5}$/).filter(isId);
const any = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/);
const id = fc.oneof(near, any, fc.constantFrom('A', 'A.B', 'B.C', 'C', 'log', 'a.log', 'a.log.1'));
const pair = fc.tuple(id, id) as unknown as fc.Arbitrary<[TransactionId, ServiceId]>;
const RUNS = { numRuns: 2000 };

describe('two services with different ids', () => {
  it('have different topics', () => {
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const isSame = one[0] === other[0] && one[1] === other[1];
        expect(routedTopic(...one) === routedTopic(...other)).toBe(isSame);
        expect(heartbeatTopic(...one) === heartbeatTopic(...other)).toBe(isSame);
        expect(samplesTopic(one[0]) === samplesTopic(other[0])).toBe(one[0] === other[0]);
        expect(heartbeatTopic(...one).startsWith(heartbeatsOf(other[0]))).toBe(one[0] === other[0]);
      }),
      RUNS,
    );
  });

  it('can be identified by their topic', () => {
    fc.assert(
      fc.property(pair, ([transaction, service]) => {
        expect(idsInTopic(routedTopic(transaction, service))).toEqual({ transaction, service });
      }),
      RUNS,
    );
  });

  it('have different file names, also with a suffix', () => {
    const endings = ['', '.log', '.log.1', '.out', '.out.1', '.json'];
    fc.assert(
      fc.property(id, id, fc.boolean(), (one, other, isCaseIgnored) => {
        const names = (text: string) =>
          endings.map((ending) => {
            const name = fileNameOf(text, isCaseIgnored) + ending;
            return isCaseIgnored ? name.toLowerCase() : name;
          });
        const shared = names(one).filter((name) => names(other).includes(name));
        expect(shared).toEqual(one === other ? names(one) : []);
        expect(names(one).every((name) => Buffer.byteLength(name) < 220)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('topics and names of ordinary ids', () => {
  it('equal the ids', () => {
    const [transaction, service] = ['6FDAHH3WPRVV7FGZCRIN', 'ts_100'] as [TransactionId, ServiceId];
    expect(routedTopic(transaction, service)).toBe('process.6FDAHH3WPRVV7FGZCRIN.ts_100');
    expect(heartbeatTopic(transaction, service)).toBe('heartbeat.6FDAHH3WPRVV7FGZCRIN.ts_100');
    expect([transaction, service].map((each) => fileNameOf(each, false))).toEqual([transaction, service]);
    expect(fileNameOf('Echo.a', true)).toBe('%45cho%2Ea');
  });
});
