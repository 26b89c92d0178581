// contextd/testing: runs a task, or a whole context, in a test of any runner.

export type { CommandAnswer } from '../client/client.js';
export type { LogRecord } from '../base/logger.js';
export type { SentEvent } from './compose-event.js';
export type { ContextSource } from './context-file.js';
export type { TestEvent } from './event-log.js';
export { ManualClock } from './manual-clock.js';
export { openContext, type OpenContextOptions, type TestContext } from './open-context.js';
export { runTask, type RunningTask, type RunTaskOptions, type WaitOptions } from './run-task.js';
export type { ServiceSketch } from './service-sketch.js';
