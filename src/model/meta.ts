// A meta file, from which create_service writes several services and their context: its elements and their values.

import * as z from 'zod';
import { ID_PATTERN, ID_RULE } from '../base/ids.js';
import { ENTRY_ACTIONS, INSTANCE_PATTERN, INSTANCE_RULE, TRANSITION_ACTIONS, TRIGGERS } from './context.js';
import { HOST_PATTERN, parsePort, PORT_RULE, XSD_PORT } from './endpoint.js';
import { id, nonEmpty, pattern, text, toXsd, word, wordOrEmpty, XML_FORMS } from './fields.js';
import { asList } from './values.js';

export const TASK_TYPES = ['Looped', 'Single'] as const;
export type TaskType = (typeof TASK_TYPES)[number];

/** A context name becomes part of a file name. */
const CONTEXT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
const CONTEXT_NAME_RULE = 'letters, digits and _ . -, not starting with . or -';

const instance = () => matching(INSTANCE_PATTERN, INSTANCE_RULE);
const port = () =>
  pattern((value) => parsePort(value) !== undefined, { rule: PORT_RULE, patterns: [XSD_PORT] });

const stateSchema = z.looseObject({
  trigger: word(TRIGGERS),
  action: wordOrEmpty(TRANSITION_ACTIONS).default(''),
  /** Service ids, separated by blanks. */
  state_id: text(),
});

const serviceSchema = z
  .looseObject({
    task_type: word(TASK_TYPES).default('Looped'),
    task_service: instance(),
    task_file: orBlank(INSTANCE_PATTERN, INSTANCE_RULE).default(''),
    task_class: instance(),
    task_desc: z.string(),
    service_name: nonEmpty('a name such as echo_action'),
    task_id: id(),
    device_action: text(),
    task_topic: text(),
    location: text(),
    entry_action: word(ENTRY_ACTIONS).default('on_start'),
    state: z.preprocess((value) => asList(value), z.array(stateSchema)),
  })
  .register(XML_FORMS, {
    attributes: ['task_type'],
    exactly: { state: TRIGGERS.length },
    unique: [{ selector: 'state', field: 'trigger' }],
  });
export type MetaServiceText = z.infer<typeof serviceSchema>;

export const metaSchema = z
  .looseObject({
    context_name: matching(CONTEXT_NAME, CONTEXT_NAME_RULE),
    context_id: orBlank(ID_PATTERN, ID_RULE).default(''),
    server_ip: matching(HOST_PATTERN, 'an address or a host name'),
    sub_port: port(),
    pub_port: port(),
    service_path: nonEmpty('a folder, such as "."'),
    home_path: text(),
    log_on: text(),
    Service: z.preprocess((value) => asList(value), z.array(serviceSchema)),
  })
  .register(XML_FORMS, {
    unique: [
      { selector: 'sub_port|pub_port', field: '.' },
      { selector: 'Service', field: 'task_id' },
      { selector: 'Service', field: 'task_service' },
    ],
  });
export type MetaText = z.infer<typeof metaSchema>;

function matching(expression: RegExp, rule: string): z.ZodString {
  return pattern((value) => expression.test(value), { rule, patterns: [toXsd(expression)] });
}

function orBlank(expression: RegExp, rule: string): z.ZodString {
  return pattern((value) => value === '' || expression.test(value), { rule, patterns: [toXsd(expression)] });
}
