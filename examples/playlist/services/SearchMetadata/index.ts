// The entry point of the task service SearchMetadata, which the provider loads.

export { default } from './ServiceSearchMetadata.js';
export * from './SearchMetadata.js';
