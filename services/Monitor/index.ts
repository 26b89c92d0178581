// The door of the task service Monitor: what the provider loads.

export { default } from './ServiceMonitor.js';
export * from './Monitor.js';
