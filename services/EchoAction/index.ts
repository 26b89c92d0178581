export { default } from './ServiceEchoAction.js';
export * from './EchoAction.js';
