// The door of the task service WatchThreshold: what the provider loads.

export { default } from './ServiceWatchThreshold.js';
export * from './WatchThreshold.js';
