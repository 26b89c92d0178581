// The door of the task service ReadLoad: what the provider loads.

export { default } from './ServiceReadLoad.js';
export * from './ReadLoad.js';
