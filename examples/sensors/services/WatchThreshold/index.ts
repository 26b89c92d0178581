// The entry point of the task service WatchThreshold, which the provider loads.

export { default } from './ServiceWatchThreshold.js';
export * from './WatchThreshold.js';
