// contextd: the door for programs that embed a provider or talk to one.

export { ContextdError, ERROR_CODES, EXIT, type ErrorCode } from './base/errors.js';
export { readPublicKey, readSecretKey } from './base/key-file.js';
export type { KeyPair } from './base/keys.js';
export type { BusEndpoints } from './bus/connection.js';
export type { ClientSecurity } from './bus/security.js';
export { Client, type ClientOptions, type CommandAnswer, type CommandRequest } from './client/client.js';
export { findProvider, type ProviderHints } from './client/find-provider.js';
export { follow, type Follower, type Sighting } from './client/follow.js';
export { readLog, type LogReading } from './client/logs.js';
export type { ContextConfiguration, TaskService } from './model/context.js';
export { readContext, readContextFile, type ContextFile } from './model/read-context.js';
export type { Message } from './messages/message.js';
export type { ReplyStatus, ServiceResult } from './messages/state.js';
export type { Notice } from './provider/notice.js';
export { Provider, type ProviderOptions } from './provider/provider.js';
