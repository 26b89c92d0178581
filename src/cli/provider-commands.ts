// The commands that run a provider or read its context file. They are loaded together: few files load faster than many.

export { check } from './check.js';
export { graph } from './graph.js';
export { serviceContext } from './service-context.js';
export { up } from './up.js';
export { startup } from './startup.js';
