// The door of the task service Run: what the provider loads.

export { default } from './ServiceRun.js';
export * from './Run.js';
