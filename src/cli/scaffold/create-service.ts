// create_service: writes the files of new task services and adds them to their context.

import { EXIT } from '../../base/errors.js';
import { listProviders } from '../../bus/registry.js';
import { ENTRY_ACTIONS } from '../../model/context.js';
import { planScaffold } from '../../scaffold/plan.js';
import { readState } from '../../scaffold/read-state.js';
import { endpointsOf, TASK_TYPES, type ScaffoldRequest } from '../../scaffold/request.js';
import { writePlan } from '../../scaffold/write.js';
import { defineCommand } from '../arguments/command.js';
import { CREATE_OPTIONS } from '../arguments/create-service-options.js';
import { readCreateRequest } from './create-service-request.js';
import { formatDryRun, formatOutcome } from '../show/plan.js';

const EXAMPLE = [
  "create_service --service_path=. --task_service=EchoAction --task_class=EchoShouting --task_desc='Shouts the time'",
  '--context_name=EchoAction --service_name=echo_action --server_ip=127.0.0.1 --sub_port=5556 --pub_port=5557',
  '--task_id=ts_100 --device_action=shout',
].join(' ');

export const createService = defineCommand({
  name: 'create_service',
  summary: 'Write the files of new task services and add them to their context.',
  positionals: '',
  options: CREATE_OPTIONS,
  values: {
    entry_action: ENTRY_ACTIONS,
    task_type: TASK_TYPES,
    ...{ service_path: 'files', home_path: 'files', location: 'files', xml_file: 'files' },
  },
  examples: [
    [EXAMPLE, 'The service of the tutorial, in the current folder'],
    [
      'create_service --task_service=Walk',
      'Another service of the only context in conf/, which provides the other values',
    ],
    [
      'create_service --xml_file=conf/Services-StateMachine.xml',
      'All services of a meta file, and their context',
    ],
  ],
  async run(args, terminal) {
    const request = await readCreateRequest(args, terminal);
    if (request.services.length === 0) return EXIT.done;
    const plan = planScaffold(request, await readState(request), args.force);
    if (args.dry_run) {
      terminal.out(formatDryRun(plan));
      return EXIT.done;
    }
    await writePlan(plan);
    terminal.out(formatOutcome(request, plan, await isRunning(request)));
    return EXIT.done;
  },
});

/** True if a provider on this machine uses the endpoints of the context. */
async function isRunning({ context }: ScaffoldRequest): Promise<boolean> {
  const { pub, sub } = endpointsOf(context);
  const providers = await listProviders();
  return providers.some(({ endpoints }) => endpoints.publish === pub && endpoints.subscribe === sub);
}
