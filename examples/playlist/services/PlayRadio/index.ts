// The door of the task service PlayRadio: what the provider loads.

export { default } from './ServicePlayRadio.js';
export * from './PlayRadio.js';
