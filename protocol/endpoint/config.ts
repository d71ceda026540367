import type { Address } from '../core/address.ts';
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

/** `isControl`: its sender chose the way for it, so it may be answered there. Data may come from ports that are for data alone. */
export type OnHeard = (peer: Address, isControl: boolean) => void;

export interface EndpointConfig {
  crypto: CryptoSuite;
  random: RandomSource;
  options?: Partial<EndpointOptions>;
  /** Finds the path secret of a credential that no `addPeer` named; without it such packets are refused. */
  resolve?: ResolveSecret;
  observer?: EndpointObserver;
  /** The driver's NIC reads memory of peers, and they read this of ours. Default: it cannot. REQ EFA-4, TRN-1 */
  memory?: ReadableMemory;
  /**
   * Told of each packet that is a peer's beyond doubt, by the address that the peer is known under; while its datagram is handled. For a
   * driver that knows several ways to a peer.
   */
  onHeard?: OnHeard;
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
