// The entry point of the task service Run, which the provider loads.

export { default } from './ServiceRun.js';
export * from './Run.js';
