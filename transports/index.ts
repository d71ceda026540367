/** What a service imports: a pool over real sockets. The same protocol code runs in the simulator (`dcquic/sim`). */
export * from './crypto/index.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './inline/index.ts';
export * from './psk/index.ts';
export * from './udp/index.ts';
export { Pool, TransferError } from '../protocol/pool/pool.ts';
export type {
  Handler,
  HandlerResult,
  IncomingRequest,
  UnaryOptions,
  UnaryResponse,
} from '../protocol/pool/pool.ts';
export type { Headers } from '../protocol/pool/headers.ts';
export { UsageError } from '../protocol/endpoint/endpoint.ts';
export { OptionError, type EndpointOptions } from '../protocol/endpoint/options.ts';
export type { FailureReason } from '../protocol/endpoint/errors.ts';
