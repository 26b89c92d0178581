// The entry point of the task service CheckEmails, which the provider loads.

export { default } from './ServiceCheckEmails.js';
export * from './CheckEmails.js';
