// Entry point contextd/task: everything a task service imports.

export { defineService, type ServiceDeclaration, type ServiceDefinition } from './service.js';
export {
  LoopedTask,
  SingleTask,
  Task,
  type EventItems,
  type LogFields,
  type Logger,
  type ServiceEvent,
  type TaskConfiguration,
  type TaskContext,
  type TaskEndpoints,
  type TaskIdentity,
} from './task.js';
