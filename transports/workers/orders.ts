import type { MessagePort } from 'node:worker_threads';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import type { PeerHealth } from '../../protocol/peer/health.ts';
import type { SubscriptionOptions } from '../../protocol/telemetry/subscription.ts';
import type { TransportEvent } from '../events.ts';
import type { UdpPoolOptions, UdpPoolStats } from '../udp/pool.ts';
import type { ConduitMemory, Numbered } from './conduit.ts';

/** The way from an application thread to a worker. */
export interface Way {
  readonly conduit: ConduitMemory;
  /** The worker's end of the port. */
  readonly port: MessagePort;
}

/** What a worker is started with. */
export interface WorkerOrder {
  readonly worker: number;
  readonly core: number | undefined;
  readonly spinNs: number;
  readonly way: Way;
  readonly pulses: SharedArrayBuffer;
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
  | Numbered
  | { order: 'connect'; id: number; peer: string; secret: Uint8Array }
  | { order: 'serve'; isOffering: boolean }
  | { order: 'stop-serving'; message: Uint8Array; priority: number }
  | { order: 'take-datagrams'; isWanted: boolean }
  | { order: 'subscribe'; id: number; options: SubscriptionOptions }
  | { order: 'unsubscribe'; id: number }
  | { order: 'stats'; id: number }
  /** Another application thread comes. */
  | { order: 'attach'; way: Way }
  /** This one goes. */
  | { order: 'detach' }
  | { order: 'close' };

/** The answers, and news. */
export type FromWorker =
  | 'wake'
  | Numbered
  | { news: 'ready'; address: string; isPinned: boolean; options: EndpointOptions }
  | { news: 'failed'; code: string; message: string }
  | { news: 'event'; event: TransportEvent }
  | { news: 'health'; peer: number; health: PeerHealth | undefined }
  | { news: 'done'; id: number; value: number | UdpPoolStats }
  | { news: 'refused'; id: number; code: string; message: string }
  | { news: 'closed' };

export const isNumbered = (what: ToWorker | FromWorker): what is Numbered =>
  typeof what === 'object' && 'outside' in what;
