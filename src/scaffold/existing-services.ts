// Reads the task services of an existing context file.

import { childOf, valueIn } from '../xml/edit.js';
import type { XmlElement } from '../xml/xml.js';

export type ExistingService = ReturnType<typeof servicesOf>[number];

export function servicesOf(root: XmlElement) {
  return root.children
    .filter((each) => each.name === 'TaskService')
    .map((element) => {
      const task = childOf(element, 'Task');
      const configuration = childOf(task, 'message', 'content', 'configuration');
      return {
        element,
        id: valueIn(element, 'id') ?? '',
        instance: valueIn(element, 'instance') ?? '',
        description: nonBlank(valueIn(task, 'description')),
        name: nonBlank(valueIn(childOf(task, 'message', 'header'), 'service_name')),
        deviceAction: nonBlank(valueIn(configuration, 'device_action')),
        location: nonBlank(valueIn(configuration, 'location')),
      };
    });
}

/** Treats a blank element as missing. */
function nonBlank(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
