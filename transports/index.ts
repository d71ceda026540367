/** What a service imports: a pool over real sockets. The same protocol code runs in the simulator (`dcquic/sim`). */
export { CausalityMap } from '../protocol/causality/causality-map.ts';
export * from './crypto/index.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './fabric/index.ts';
export * from './file/index.ts';
export * from './health/index.ts';
export * from './inline/index.ts';
export * from './native/index.ts';
export * from './psk/index.ts';
export * from './udp/index.ts';
export * from './workers/index.ts';
export * from '../protocol/pool/index.ts';
export { UsageError } from '../protocol/endpoint/endpoint.ts';
export { DEPLOYMENTS, type Deployment } from '../protocol/endpoint/deployments.ts';
export { OptionError, type EndpointOptions } from '../protocol/endpoint/options.ts';
export type { FailureReason } from '../protocol/endpoint/errors.ts';
