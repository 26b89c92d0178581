// The door of the task service WakeUp: what the provider loads.

export { default } from './ServiceWakeUp.js';
export * from './WakeUp.js';
