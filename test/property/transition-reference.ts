// A reference implementation, independent of contextd: which trigger an event of a run fires.

import type { EventAction } from '../../src/messages/service-event.js';
import type { Trigger } from '../../src/model/context.js';

/** The state of one run in the reference, from its launch to its end. */
export interface ReferenceRun {
  isReady: boolean;
  /** Has failed and keeps running. */
  hasFailed: boolean;
  /** Was late or exceeded a limit, and is being ended for it. */
  isDying: boolean;
  /** Was asked to end. */
  isLeaving: boolean;
  /** Will be started again: the end of this run is part of a restart. */
  isComingBack: boolean;
  /** Ends together with its transaction. */
  triggersSuppressed: boolean;
  said: 'stopped' | 'exited' | undefined;
}

export function launchRun(): ReferenceRun {
  return {
    isReady: false,
    hasFailed: false,
    isDying: false,
    isLeaving: false,
    isComingBack: false,
    triggersSuppressed: false,
    said: undefined,
  };
}

/** Handles an event of the service; returns the trigger that it fires. */
export function report(run: ReferenceRun, action: EventAction): Trigger | undefined {
  const isDeaf = run.isLeaving || run.isDying;
  if (!run.isDying && (action === 'stopped' || action === 'exited')) run.said = action;
  if (isDeaf) return undefined;
  switch (action) {
    case 'started':
      run.isReady = true;
      run.hasFailed = false;
      return unlessQuiet(run, 'on_start');
    case 'updated':
      if (run.hasFailed) run.isReady = true;
      run.hasFailed = false;
      return unlessQuiet(run, 'on_update');
    case 'failed':
      run.hasFailed = true;
      return unlessQuiet(run, 'on_fail');
    case 'created':
    case 'stopped':
    case 'exited':
      return undefined;
  }
}

/** It was not ready in time. */
export function timeOut(run: ReferenceRun): Trigger | undefined {
  if (run.isReady || run.hasFailed || run.isLeaving) return undefined;
  run.isDying = true;
  run.hasFailed = true;
  return unlessQuiet(run, 'on_fail');
}

/** It exceeded a limit. */
export function exceed(run: ReferenceRun, event: 'failed' | 'updated'): Trigger | undefined {
  if (!run.isReady || run.hasFailed || run.isLeaving || run.said !== undefined) return undefined;
  if (event === 'updated') return unlessQuiet(run, 'on_update');
  run.isDying = true;
  run.hasFailed = true;
  return unlessQuiet(run, 'on_fail');
}

/** Its process has ended or could not be started. */
export function end(run: ReferenceRun, isClean: boolean): Trigger | undefined {
  if (run.isLeaving || run.said === 'stopped')
    return run.isComingBack ? undefined : unlessQuiet(run, 'on_exit');
  if (run.hasFailed) return undefined;
  const isDone = run.said === 'exited' || (isClean && run.isReady);
  return unlessQuiet(run, isDone ? 'on_exit' : 'on_fail');
}

function unlessQuiet(run: ReferenceRun, trigger: Trigger): Trigger | undefined {
  return run.triggersSuppressed ? undefined : trigger;
}
