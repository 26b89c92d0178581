// The door of the task service SendAlert: what the provider loads.

export { default } from './ServiceSendAlert.js';
export * from './SendAlert.js';
