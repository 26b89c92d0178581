import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContextdError } from '../../src/base/errors.js';
import { decodeEnvelope, encodeEnvelope } from '../../src/bus/envelope.js';
import { parseBody, parseFrame } from '../../src/messages/message.js';
import { heartbeatSchema, isPlainHeartbeat } from '../../src/messages/heartbeat.js';
import { CONTEXT_ACTIONS } from '../../src/messages/context-command.js';
import { EVENT_ACTIONS, isPlainEvent, serviceEventSchema } from '../../src/messages/service-event.js';
import { TOPICS } from '../../src/messages/topics.js';
import { readTaskMessage } from '../../src/host/task-messages.js';
import { TRANSACTION, id } from '../helpers/harness.js';

const NUM_RUNS = 3000;
const topic = fc.stringMatching(/^[a-z]{1,8}(\.[A-Za-z0-9_]{1,12}){0,2}$/);
// JSON has no -0: it is parsed as 0.
const body = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** Returns the error that `act` throws, or undefined. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('the frame codec', () => {
  it('decodes what it has encoded', () => {
    fc.assert(
      fc.property(topic, body, (name, value) => {
        const frame = Buffer.from(encodeEnvelope({ topic: name, body: value }));
        expect(decodeEnvelope(frame)).toEqual({ topic: name, body: value });
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('rejects all other bytes with MSG_FRAME_INVALID', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(topic, fc.uint8Array())
        .map(([name, rest]) => Buffer.concat([Buffer.from(`${name} @@@ `), rest])),
      fc.string().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (frame) => {
        const error = thrownBy(() => decodeEnvelope(frame));
        if (error !== undefined)
          expect(error).toMatchObject({ name: 'ContextdError', code: 'MSG_FRAME_INVALID' });
      }),
      { numRuns: NUM_RUNS },
    );
  });
});

/** Bodies that are nearly messages: each part is usually valid. */
const mostly = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue() });
const actions = [...CONTEXT_ACTIONS, ...EVENT_ACTIONS, 'update', 'request', 'reply_start', 'reply_context'];
const header = fc.record(
  {
    action: mostly(fc.constantFrom(...actions)),
    service_id: mostly(fc.string()),
    service_name: mostly(fc.string()),
    service_transaction: mostly(fc.string()),
    message_id: mostly(fc.string()),
  },
  { requiredKeys: ['action'] },
);
const content = fc.record(
  {
    status: mostly(fc.record({ result: fc.constantFrom('success', 'failure') })),
    configuration: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const message = fc.oneof(
  body,
  fc.record({ header: mostly(header), content: mostly(content) }),
  fc.record({ Task: mostly(fc.record({ message: fc.record({ header, content }) })) }),
);
/** Events that are usually complete, so that both the fast check and the schema are used. */
const event = fc.record({
  header: fc.record(
    {
      action: mostly(fc.constantFrom(...EVENT_ACTIONS)),
      service_id: mostly(fc.string()),
      service_name: mostly(fc.string()),
      service_transaction: mostly(fc.string()),
      seq: mostly(fc.integer({ min: -1 })),
      sender: mostly(fc.string()),
      run_token: mostly(fc.string()),
      own: fc.jsonValue(),
    },
    { requiredKeys: ['action', 'service_id', 'service_name', 'service_transaction'] },
  ),
  content: fc.record({
    status: mostly(
      fc.record(
        {
          result: mostly(fc.constantFrom('success', 'failure')),
          device_action: mostly(fc.string()),
          pid: mostly(fc.integer()),
          error: fc.record({ code: fc.string(), message: fc.string() }),
          own: fc.jsonValue(),
        },
        { requiredKeys: ['result', 'device_action'] },
      ),
    ),
  }),
});
/** As the events: usually complete. */
const heartbeat = fc.record({
  header: fc.record(
    {
      service_id: mostly(fc.string()),
      service_transaction: mostly(fc.string()),
      sender: mostly(fc.string()),
      run_token: mostly(fc.string()),
      own: fc.jsonValue(),
    },
    { requiredKeys: ['service_id', 'service_transaction'] },
  ),
  content: fc.record(
    {
      pid: mostly(fc.integer()),
      tid: mostly(fc.integer()),
      started_at: mostly(fc.string()),
      state: mostly(fc.string()),
      seq: mostly(fc.nat()),
      ready: mostly(fc.boolean()),
      event_loop_lag_ms: mostly(fc.double({ min: 0, noNaN: true })),
      log_loss: fc.option(fc.record({ lines: fc.integer(), code: fc.string() }), { nil: undefined, freq: 1 }),
      own: fc.jsonValue(),
    },
    { requiredKeys: ['pid', 'started_at', 'state', 'seq', 'ready', 'event_loop_lag_ms'] },
  ),
});
const anyTopic = fc.oneof(fc.constantFrom(...TOPICS, 'process.TX0001.ts_1'), topic);

describe('any message on the bus', () => {
  it('becomes a message or a ContextdError', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(anyTopic, message, (on, value) => {
        const error = thrownBy(() => kinds.add(parseBody(on, value).kind));
        if (error !== undefined) expect(error).toBeInstanceOf(ContextdError);
      }),
      { numRuns: 3 * NUM_RUNS },
    );
    // Rare: generated bodies usually have a header.
    kinds.delete('monitor');
    expect([...kinds].sort()).toEqual([
      'command_reply',
      'context_command',
      'process_command',
      'service_event',
      'state_reply',
      'state_request',
    ]);
  });

  it('is the same event with the fast check and with the schema', () => {
    let plain = 0;
    fc.assert(
      fc.property(event, (value) => {
        const sent = JSON.parse(JSON.stringify(value)) as unknown;
        if (!isPlainEvent(sent)) return;
        plain += 1;
        expect(serviceEventSchema.parse(sent)).toEqual(sent);
      }),
      { numRuns: NUM_RUNS },
    );
    expect(plain).toBeGreaterThan(NUM_RUNS / 20);
  });

  it('is the same heartbeat with the fast check and with the schema', () => {
    let plain = 0;
    fc.assert(
      fc.property(heartbeat, (value) => {
        const sent = JSON.parse(JSON.stringify(value)) as unknown;
        if (!isPlainHeartbeat(sent)) return;
        plain += 1;
        expect(heartbeatSchema.parse(sent)).toEqual(sent);
      }),
      { numRuns: NUM_RUNS },
    );
    expect(plain).toBeGreaterThan(NUM_RUNS / 20);
  });

  it('stays the same when it is encoded and parsed again', () => {
    fc.assert(
      fc.property(anyTopic, message, (on, value) => {
        const frame = Buffer.from(encodeEnvelope({ topic: on, body: value }));
        if (thrownBy(() => parseFrame(frame)) !== undefined) return;
        const parsed = parseFrame(frame);
        const { kind, ...once } = parsed;
        // The keys of this message are ids, so its body is a separate field.
        const said = parsed.kind === 'monitor' ? parsed.transactions : once;
        expect(parseBody(on, said)).toEqual({ kind, ...once });
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it('never ends a host: it is a command, ignored, or MSG_FRAME_INVALID', () => {
    const bootstrap = { transaction: TRANSACTION, serviceId: id('ts_1') } as never;
    fc.assert(
      fc.property(fc.constantFrom('process.TX0001.ts_1', 'control', 'process'), message, (on, value) => {
        const frame = Buffer.from(encodeEnvelope({ topic: on, body: value }));
        expect(thrownBy(() => readTaskMessage(frame, bootstrap))).toBeUndefined();
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
