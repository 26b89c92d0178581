// The entry point of the task service PlayRadio, which the provider loads.

export { default } from './ServicePlayRadio.js';
export * from './PlayRadio.js';
