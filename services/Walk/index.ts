// The door of the task service Walk: what the provider loads.

export { default } from './ServiceWalk.js';
export * from './Walk.js';
