// The public API of contextd: embed a provider, or connect to one as a client.

export { ContextdError, ERROR_CODES, EXIT, type ErrorCode } from './base/errors.js';
export { readPublicKey, readSecretKey } from './base/key-file.js';
export type { KeyPair } from './base/keys.js';
export type { BusEndpoints } from './bus/connection.js';
export type { ClientSecurity } from './bus/security.js';
export {
  Client,
  type ClientOptions,
  type CommandAnswer,
  type CommandRequest,
  type SamplesQuery,
  type TopOptions,
} from './client/client.js';
export { findProvider, type ProviderHints } from './client/find-provider.js';
export { follow, type Follower, type BusEvent } from './client/follow.js';
export { readLog, type ReadLogOptions } from './client/read-log.js';
export type { ContextConfiguration, TaskService } from './model/context.js';
export { readContext, readContextFile, type ContextFile } from './model/read/read-context.js';
export type { FiguresReply } from './messages/provider-stats.js';
export type { Message } from './messages/message.js';
export type { Metric, SamplesReply } from './messages/sample-history.js';
export type { ChildSample, Memory, TopEntry, TopReply } from './messages/samples.js';
export type { ReplyStatus, ServiceResult } from './messages/state.js';
export type { Notice } from './messages/notice.js';
export { Provider } from './provider/provider.js';
export type { ProviderOptions } from './provider/provider-setup.js';
