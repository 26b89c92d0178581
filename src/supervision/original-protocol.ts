// Programs with the protocol of the original contextd: they subscribe to the plain topic `process` and report little.

import type { ServiceId } from '../base/ids.js';
import { programOf, type TaskService } from '../model/context.js';
import type { Transaction } from './transaction.js';

/** Records that a program itself, not its host, has sent a message: it has received its start command. */
export function recordStartAcknowledgement(
  transaction: Transaction,
  id: ServiceId,
  sender: string | undefined,
): void {
  const service = transaction.snapshot.services.get(id);
  const command = service && programOf(service.definition);
  if (command === undefined) return;
  // Messages of original services have no sender. The host of a program that sends heartbeats itself sends no messages.
  if (sender === undefined || command.ready === 'heartbeat')
    transaction.acknowledgedRuns.set(id, service?.run ?? 0);
}

/** Running programs that have not confirmed their start command yet. */
export function programsAwaitingStart({ snapshot, acknowledgedRuns }: Transaction): readonly TaskService[] {
  return [...snapshot.services.values()]
    .filter(({ definition, status, pid, run }) => {
      const isUp = pid !== undefined && (status === 'starting' || status === 'started');
      return isUp && programOf(definition) !== undefined && acknowledgedRuns.get(definition.id) !== run;
    })
    .map(({ definition }) => definition);
}
