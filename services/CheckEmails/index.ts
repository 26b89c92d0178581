// The door of the task service CheckEmails: what the provider loads.

export { default } from './ServiceCheckEmails.js';
export * from './CheckEmails.js';
