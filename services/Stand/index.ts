// The door of the task service Stand: what the provider loads.

export { default } from './ServiceStand.js';
export * from './Stand.js';
