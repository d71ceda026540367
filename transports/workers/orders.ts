import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import type { TransportEvent } from '../events.ts';
import type { UdpPoolOptions, UdpPoolStats } from '../udp/pool.ts';
import type { ConduitMemory } from './conduit.ts';
import type { Message } from './message.ts';

/** What a worker is started with. */
export interface WorkerOrder {
  readonly worker: number;
  readonly core: number | undefined;
  readonly spinNs: number;
  readonly conduit: ConduitMemory;
  readonly pulses: SharedArrayBuffer;
  readonly tokens: SharedArrayBuffer;
  readonly secret: Uint8Array;
  readonly endpoint: Partial<EndpointOptions>;
  readonly udp: Omit<
    UdpPoolOptions,
    'secret' | 'endpoint' | 'observer' | 'record' | 'onEvent' | 'pulse' | 'tokens'
  >;
}

/** What is rare goes through the port between the threads. */
export type ToWorker =
  | 'wake'
  | Message
  | { order: 'connect'; id: number; peer: string; secret: Uint8Array }
  | { order: 'serve' }
  | { order: 'stats'; id: number }
  | { order: 'close' };

/** The answers, and news. */
export type FromWorker =
  | 'wake'
  | Message
  | { news: 'ready'; address: string; isPinned: boolean }
  | { news: 'failed'; code: string; message: string }
  | { news: 'event'; event: TransportEvent }
  | { news: 'done'; id: number; value: number | UdpPoolStats }
  | { news: 'refused'; id: number; code: string; message: string }
  | { news: 'closed' };

export const isMessage = (what: ToWorker | FromWorker): what is Message =>
  typeof what === 'object' && 'kind' in what;
