// The entry point of the task service StoreBest, which the provider loads.

export { default } from './ServiceStoreBest.js';
export * from './StoreBest.js';
