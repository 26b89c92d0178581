// The entry point of the task service SendAlert, which the provider loads.

export { default } from './ServiceSendAlert.js';
export * from './SendAlert.js';
