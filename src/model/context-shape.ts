// The form of a context file: every element and attribute of it.

import { TRIGGERS } from './context.js';
import { SUPERVISION_RULES } from './supervision.js';
import type { ChildShape, ElementShape } from '../xml/element-schema.js';
import type { WireForm } from '../xml/to-json.js';

const required: ChildShape = { presence: 'required' };
const optional: ChildShape = { presence: 'optional' };

const header: ChildShape = {
  presence: 'required',
  children: { action: optional, service_id: optional, service_name: required, transaction: optional },
};

const content: ChildShape = {
  presence: 'optional',
  children: { configuration: { presence: 'optional', isFree: true } },
};

const trigger: ChildShape = { presence: 'optional', children: { action: optional, call: optional } };

const state: ChildShape = {
  presence: 'optional',
  attributes: { type: 'optional' },
  children: Object.fromEntries(TRIGGERS.map((name) => [name, trigger])),
};

const limit: ChildShape = {
  presence: 'repeated',
  attributes: { metric: 'required', above: 'required', for_s: 'optional', event: 'optional' },
  children: {},
};

const supervision: ChildShape = {
  presence: 'optional',
  children: {
    ...Object.fromEntries([...Object.keys(SUPERVISION_RULES), 'stop_signal'].map((name) => [name, optional])),
    limit,
  },
};

const task: ChildShape = {
  presence: 'required',
  children: {
    description: optional,
    message: { presence: 'required', children: { header, content } },
    state,
    supervision,
  },
};

const security: ChildShape = {
  presence: 'optional',
  attributes: { public_key: 'required', secret_key: 'required' },
  children: {
    Client: {
      presence: 'repeated',
      attributes: { name: 'required', key: 'required', role: 'required' },
      children: {},
    },
  },
};

export const CONTEXT_ROOT = 'Context';

const CONFIGURATION = 'TaskService/Task/message/content/configuration';

/** What a program or a service is given is given as it stands there. */
export const CONTEXT_FORM: WireForm = {
  lists: ['TaskService', 'TaskService/Task/supervision/limit', 'Security/Client'],
  exact: [`${CONFIGURATION}/command/arg`, `${CONFIGURATION}/command/env/*`, `${CONFIGURATION}/env/*`],
};

export const CONTEXT_SHAPE: ElementShape = {
  children: {
    FrontEndEndpoint: required,
    BackendEndpoint: required,
    FrontBind: required,
    BackendBind: required,
    ContextID: optional,
    TaskLogName: optional,
    log_on: optional,
    Security: security,
    TaskService: {
      presence: 'repeated',
      attributes: { id: 'required', instance: 'required', serviceType: 'optional', topic: 'optional' },
      children: { Task: task },
    },
  },
};
