// The entry point of the task service Monitor, which the provider loads.

export { default } from './ServiceMonitor.js';
export * from './Monitor.js';
