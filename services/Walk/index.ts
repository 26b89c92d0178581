// The entry point of the task service Walk, which the provider loads.

export { default } from './ServiceWalk.js';
export * from './Walk.js';
