// The flags of create_service.

import type { InferredOptionTypes } from 'yargs';
import { ENTRY_ACTIONS } from '../../model/context.js';
import { TASK_TYPES } from '../../scaffold/request.js';

const text = (describe: string, group: string) =>
  ({ type: 'string', requiresArg: true, describe, group }) as const;
const FOLDERS = 'Folders:';
const CODE = 'Code:';
const XML = 'Context file:';

/** The flags that describe one service; --xml_file replaces all of them. */
const serviceOptions = {
  service_path: text('Folder that contains services/', FOLDERS),
  home_path: text('Folder that contains conf/ [default: --service_path]', FOLDERS),
  task_service: text('Name of the service, its folder and its files', CODE),
  task_file: text('Name of the file with the task class [default: --task_service]', CODE),
  task_class: text('Name of the task class', CODE),
  task_desc: text('Description of the task', CODE),
  task_type: text(`${TASK_TYPES.join(' (until stopped) or ')} (once) [default: Looped]`, CODE),
  context_name: text('Name of the context; its file is conf/Context-NAME.xml', XML),
  context_id: text('Id of the context [default: from --context_name]', XML),
  service_name: text('Name of the service in messages', XML),
  server_ip: text('Address of the bus of the context', XML),
  sub_port: text('Port for subscribers', XML),
  pub_port: text('Port for publishers', XML),
  task_id: text('Id of the service within its context', XML),
  device_action: text("Name of the service's action in messages", XML),
  entry_action: text(`When the service starts: ${ENTRY_ACTIONS.join(', ')} [default: on_start]`, XML),
  location: text(
    'Folder of the code: files are written there, and the provider loads them from there [default: services]',
    XML,
  ),
} as const;

export const CREATE_OPTIONS = {
  ...serviceOptions,
  xml_file: text('Meta file that describes several services; replaces all flags above', 'Several services:'),
  dry_run: { type: 'boolean', default: false, describe: 'Print the changes as a diff, write nothing' },
  force: { type: 'boolean', default: false, describe: 'Overwrite edited code' },
} as const;

export type CreateArguments = InferredOptionTypes<typeof CREATE_OPTIONS>;

export const SERVICE_FLAGS = Object.keys(serviceOptions) as readonly (keyof typeof serviceOptions)[];
