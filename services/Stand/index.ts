// The entry point of the task service Stand, which the provider loads.

export { default } from './ServiceStand.js';
export * from './Stand.js';
