// The entry point of the task service WakeUp, which the provider loads.

export { default } from './ServiceWakeUp.js';
export * from './WakeUp.js';
