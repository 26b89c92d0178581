// The entry point of the task service ReadLoad, which the provider loads.

export { default } from './ServiceReadLoad.js';
export * from './ReadLoad.js';
