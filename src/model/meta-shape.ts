// The form of a meta file, from which several services are scaffolded: every element and attribute of it.

import type { ChildShape, ElementShape } from '../xml/element-schema.js';

const required: ChildShape = { presence: 'required' };
const optional: ChildShape = { presence: 'optional' };

export const META_ROOT = 'MetaServiceConf';

/** Paths whose elements are lists, however many there are. */
export const META_LISTS = ['Service', 'Service/state'];

export const META_SHAPE: ElementShape = {
  children: {
    context_name: required,
    context_id: optional,
    server_ip: required,
    sub_port: required,
    pub_port: required,
    service_path: required,
    home_path: optional,
    log_on: optional,
    Service: {
      presence: 'repeated',
      attributes: { task_type: 'optional' },
      children: {
        task_service: required,
        task_file: optional,
        task_class: required,
        task_desc: required,
        service_name: required,
        task_id: required,
        device_action: optional,
        task_topic: optional,
        location: optional,
        entry_action: optional,
        state: {
          presence: 'repeated',
          children: { trigger: required, action: optional, state_id: optional },
        },
      },
    },
  },
};
