// The door of the task service StoreBest: what the provider loads.

export { default } from './ServiceStoreBest.js';
export * from './StoreBest.js';
