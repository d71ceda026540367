import type { RandomSource } from '../core/random.ts';
import type { Nanos } from '../core/units.ts';
import type { CryptoSuite } from '../crypto/suite.ts';
import type { ResolveSecret } from '../peer/peer-table.ts';
import type { ReadableMemory } from '../records/region.ts';
import type { StreamLimits } from '../stream/stream.ts';
import type { Causal } from '../transfer/outbound.ts';
import type { EndpointObserver } from './observer.ts';
import type { EndpointOptions } from './options.ts';
import type { PartKinds } from './parts.ts';

export interface EndpointConfig {
  crypto: CryptoSuite;
  random: RandomSource;
  options?: Partial<EndpointOptions>;
  /** Finds the path secret of a credential that no `addPeer` named; without it such packets are refused. */
  resolve?: ResolveSecret;
  observer?: EndpointObserver;
  /** The driver's NIC reads memory of peers, and they read this of ours. Default: it cannot. REQ EFA-4, TRN-1 */
  memory?: ReadableMemory;
  /** Other parts than those of the protocol, to compare with: simulations alone have any. */
  kinds?: PartKinds;
  /** 64 KiB into which control packets are decrypted; endpoints of one thread may share it. Default: its own. */
  plain?: Uint8Array;
}

export interface OpenStreamOptions {
  priority: number;
  last?: boolean;
  deadlineNs?: Nanos;
  limits?: Partial<StreamLimits>;
  causal?: Causal | undefined;
}
