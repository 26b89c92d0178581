// Commands to one transaction keep their order while the code of one of them is checked.

import { describe, expect, it } from 'vitest';
import { createDeferred } from '../../../src/base/deferred.js';
import { Health } from '../../../src/base/health.js';
import { KeyedQueue } from '../../../src/base/keyed-queue.js';
import { parseTransactionId } from '../../../src/base/ids.js';
import type { ContextAction } from '../../../src/messages/context-command.js';
import type { CommandAnswer, CommandPorts } from '../../../src/provider/commands/command-context.js';
import { executeCommand } from '../../../src/provider/commands/execute.js';
import { createTransaction } from '../../../src/supervision/transaction.js';
import { testConfiguration } from '../../helpers/context.js';
import { openSupervisor, type TestSupervisor } from '../../helpers/fake-launcher.js';
import { TRANSACTION } from '../../helpers/harness.js';

const OTHER = parseTransactionId('T2')!;

interface Commands {
  readonly supervision: TestSupervisor;
  /** The code that is looked at has been looked at. */
  readonly looked: () => void;
  /** In the order of the answers. */
  readonly answered: readonly string[];
  readonly send: (action: ContextAction, transaction?: string, serviceId?: string) => Promise<CommandAnswer>;
}

/** Service `a` runs in one transaction; another has a `b` that does not. Looks at code wait for `looked`. */
async function openCommands({ hasOther = true } = {}): Promise<Commands> {
  const supervision = openSupervisor([{ id: 'a' }]);
  const { supervisor, transactions, clock, transaction } = supervision;
  const configuration = testConfiguration([{ id: 'b', instance: 'Forever', entry: 'on_update' }]);
  if (hasOther) transactions.add(createTransaction(OTHER, configuration, clock.now()));
  const look = createDeferred<{ readonly module: string; readonly codeHash: string }>();
  const answered: string[] = [];
  const ports: CommandPorts = {
    ...{
      supervisor,
      transactions,
      clock,
      folder: '/',
      ownConfiguration: transaction.configuration,
      queue: new KeyedQueue(),
    },
    prepare: () => look.promise,
    persist: () => Promise.resolve(),
    health: new Health(() => undefined),
    reloaded: () => undefined,
    checkCode: () => undefined,
    checkOpen: () => undefined,
    reloadClients: () => Promise.resolve({}),
  };
  const send: Commands['send'] = async (action, name = '', serviceId = '') => {
    const header = { action, service_id: serviceId, service_name: 'context', service_transaction: name };
    const answer = await executeCommand(ports, { header, content: { configuration: undefined } });
    answered.push(`${action} ${answer.transaction}`);
    return answer;
  };
  void send('start', TRANSACTION);
  await turn();
  expect(supervision.processes).toHaveLength(1);
  return { supervision, looked: () => look.resolve({ module: '/a.mjs', codeHash: 'c1' }), answered, send };
}

/** Lets everything that waits for nothing but its turn happen. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('while the code of a restart is looked at', () => {
  it.each<[ContextAction, string]>([
    ['stop', OTHER],
    ['start', OTHER],
    ['restart', OTHER],
    ['list', ''],
    ['list', TRANSACTION],
    ['validate', TRANSACTION],
  ])('a %s for "%s" is answered at once', async (action, transaction) => {
    const { send, answered } = await openCommands();
    void send('restart', TRANSACTION);
    const { status } = await send(action, transaction);
    expect(status.error?.code).toBe(action === 'validate' ? 'CTX_CONFIGURATION_MISSING' : undefined);
    expect(answered).toEqual([`${action} ${transaction}`]);
  });

  it.each([
    ['named', TRANSACTION],
    ['meant as the only one there is', ''],
  ])('a stop of that transaction, %s, comes after it', async (_how, name) => {
    const { supervision, send, looked } = await openCommands({ hasOther: false });
    const restarted = send('restart', TRANSACTION);
    const stopped = send('stop', name);
    await turn();
    expect(supervision.processes[0]?.stops).toEqual([]);
    looked();
    await turn();
    supervision.processes[0]?.end();
    expect((await restarted).status.services).toMatchObject([{ service_id: 'a', state: 'stopped' }]);
    expect((await stopped).status).toMatchObject({ result: 'success' });
    expect(supervision.processes).toHaveLength(1);
  });

  it('a start of a whole context without a name, which makes a new transaction, does not wait', async () => {
    const { supervision, send } = await openCommands({ hasOther: false });
    void send('restart', TRANSACTION);
    void send('start');
    await turn();
    expect(supervision.processes).toHaveLength(2);
  });

  it('an exit comes at once; what would start something thereafter is refused, and a stop is not', async () => {
    const { supervision, send, looked } = await openCommands();
    const started = [send('restart', TRANSACTION), send('restart', TRANSACTION), send('start', TRANSACTION)];
    const stopped = send('stop', TRANSACTION);
    const left = send('exit');
    for (const { status } of await Promise.all(started)) expect(status.error?.code).toBe('CTX_ENDING');
    looked();
    await turn();
    supervision.processes[0]?.end();
    expect((await left).status).toMatchObject({ result: 'success' });
    expect((await stopped).status).toMatchObject({ result: 'success' });
    expect(supervision.processes).toHaveLength(1);
  });
});
