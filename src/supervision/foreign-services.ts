// Programs that are services of the original's kind: they hear the plain topic `process`, and say little of themselves.

import type { ServiceId } from '../base/ids.js';
import { programOf, type TaskService } from '../model/context.js';
import type { Transaction } from './transaction.js';

/** What came from a program itself, not from its host: it has been told to start. */
export function noteOwnWord(transaction: Transaction, id: ServiceId, sender: string | undefined): void {
  const service = transaction.snapshot.services.get(id);
  const command = service && programOf(service.definition);
  if (command === undefined) return;
  // The original's services have no sender; the host of a program that beats says nothing.
  if (sender === undefined || command.ready === 'heartbeat') transaction.obeying.set(id, service?.run ?? 0);
}

/** Programs that run and have shown no sign that they were told to start. */
export function programsToTell({ snapshot, obeying }: Transaction): readonly TaskService[] {
  return [...snapshot.services.values()]
    .filter(({ definition, status, pid, run }) => {
      const isThere = pid !== undefined && (status === 'starting' || status === 'started');
      return isThere && programOf(definition) !== undefined && obeying.get(definition.id) !== run;
    })
    .map(({ definition }) => definition);
}
