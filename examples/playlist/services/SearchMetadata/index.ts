// The door of the task service SearchMetadata: what the provider loads.

export { default } from './ServiceSearchMetadata.js';
export * from './SearchMetadata.js';
