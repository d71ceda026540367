import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import { deploymentOptions, type Deployment } from '../../protocol/endpoint/deployments.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import { exposition } from '../../protocol/telemetry/exposition.ts';
import type {
  DriverCounters,
  EndpointCounters,
  EndpointState,
} from '../../protocol/telemetry/generated/counters.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import { FABRIC_POOL_OPTIONS, checkArgument, checkOptions } from '../../protocol/pool/arguments.ts';
import { Pool } from '../../protocol/pool/pool.ts';
import { chooseCrypto } from '../crypto/choose.ts';
import type { TransportEventSubscriber } from '../events.ts';
import type { Pulse } from '../health/beat.ts';
import { nodeLoop } from '../inline/event-loop.ts';
import { openPool } from '../inline/open-pool.ts';
import type { PresharedSecret } from '../psk/preshared-secret.ts';
import { createUdpPool, type UdpPoolOptions } from '../udp/pool.ts';
import type { Domain } from './domain.ts';
import { FabricMemory, type MemoryCounters } from './memory.ts';
import { nameOfAddress } from './name.ts';
import { openDomain } from './open.ts';
import { DATAGRAM_BYTES_MAX, FabricPort } from './port.ts';
import type { ReaderCounters } from './reader.ts';
import type { SenderCounters } from './sender.ts';

export interface FabricPoolOptions {
  /** What both sides have in their configuration. */
  secret: PresharedSecret;
  /** Of libfabric: `efa` by default; `tcp;ofi_rxm` and `shm` work without special hardware. */
  provider?: string;
  /** `ADDRESS:PORT` of ours, numeric, for providers with such addresses; default: the provider chooses. */
  bind?: string;
  /** What takes its place when libfabric, or the provider, is not there: a pool over UDP with these options. False: then the promise is rejected. */
  fallback?: Partial<UdpPoolOptions> | false;
  /** Smaller messages are sent instead of read; default 32 KiB. */
  readBytesMin?: number;
  /** Memory for messages that peers can read at once; beyond it messages are sent. Default 256 MiB. */
  exposedBytesMax?: number;
  /** Whether the open pool keeps the process alive also while no call is pending. Default true. */
  keepAlive?: boolean;
  /** Where this runs: what `endpoint` does not say. Default: service. */
  deployment?: Deployment;
  /** Options of the endpoint. The rate of the network is worth setting; default 100 Gbit/s. */
  endpoint?: Partial<EndpointOptions>;
  observer?: EndpointObserver;
  tokens?: SharedArrayBuffer;
  pulse?: Pulse;
  onEvent?: TransportEventSubscriber;
}

/** What libfabric did. Numbers only, a snapshot. REQ EFA-8 */
export interface FabricStats {
  provider: string;
  domain: string;
  sender: SenderCounters;
  reader: ReaderCounters;
  memory: MemoryCounters;
  messagesReceived: number;
  malformed: number;
  /** Open registrations of memory, those for sending and receiving included. */
  registrations: number;
}

/** A pool over libfabric, or over UDP in its place. */
export interface FabricPool {
  readonly pool: Pool;
  readonly transport: 'fabric' | 'udp';
  /** What peers connect to. */
  readonly address: string;
  /** Makes a server known under a new path secret, by the `address` of its pool, and connects to it, if it is there. */
  connect(peer: string): Promise<PeerId>;
  stats(): {
    driver: DriverCounters;
    endpoint: EndpointCounters;
    state: EndpointState;
    sendErrors: Record<string, number>;
    /** Undefined over UDP. */
    fabric: FabricStats | undefined;
  };
  /** All metrics as text for Prometheus. */
  exposition(): string;
  /** As of a pool over UDP. */
  close(): Promise<void>;
}

const READ_BYTES_MIN = 32_768;
const EXPOSED_BYTES_MAX = 2 ** 28;
/** As over UDP: a busy event loop looks this late. */
const TURN_NS_MAX = 25_000_000;

function endpointOptions(port: FabricPort, given: Partial<EndpointOptions>): Partial<EndpointOptions> {
  return {
    mtuBytes: DATAGRAM_BYTES_MAX + port.headerBytes,
    datagramHeaderBytes: port.headerBytes,
    burstSegments: 4,
    receiveBufferBytes: 2 ** 20,
    rateBps: 100e9,
    lossDelayMinNs: TURN_NS_MAX,
    ...given,
  };
}

/**
 * A pool over libfabric. Without libfabric, or without the provider, it is one over UDP, and one event says so. Rejects with TransportError, throws OptionError and UsageError as
 * createUdpPool does. REQ TRN-1, EFA-1, EFA-2, EFA-6, OPS-4, OPS-5
 */
export async function createFabricPool(options: FabricPoolOptions): Promise<FabricPool> {
  checkOptions('options of createFabricPool', options, FABRIC_POOL_OPTIONS);
  const { secret, provider = 'efa', fallback = {}, onEvent = () => {} } = options;
  checkArgument(secret !== undefined, 'options of createFabricPool: secret', secret, 'a PresharedSecret');
  let domain: Domain;
  try {
    domain = openDomain(provider, options.bind, onEvent);
  } catch (error) {
    if (fallback === false) throw error;
    onEvent({ type: 'fabric-unavailable', provider, cause: error as Error });
    return overUdp(options, fallback);
  }
  return overFabric(options, domain, onEvent);
}

async function overFabric(
  options: FabricPoolOptions,
  domain: Domain,
  onEvent: TransportEventSubscriber,
): Promise<FabricPool> {
  const { secret, keepAlive = true, observer, tokens, pulse } = options;
  const { readBytesMin = READ_BYTES_MIN, exposedBytesMax = EXPOSED_BYTES_MAX } = options;
  const onError = (cause: Error): void =>
    onEvent({ type: 'fabric-error', provider: domain.offer.provider, cause });
  const port = new FabricPort(domain, nodeLoop, onError);
  const memory = new FabricMemory(domain, { readBytesMin, exposedBytesMax }, onError);
  const endpointGiven = { ...deploymentOptions(options.deployment ?? 'service'), ...options.endpoint };
  const endpoint = endpointOptions(port, endpointGiven);
  const crypto = chooseCrypto(domain.library.ffi);
  const open = await openPool({
    loop: nodeLoop,
    crypto,
    port,
    secret,
    endpoint,
    memory,
    observer,
    front: (inner, driver) => new Pool(inner, driver, tokens),
    pulse,
    keepAlive,
    onEvent,
  });
  const { offer } = domain;
  return {
    pool: open.pool,
    transport: 'fabric',
    address: String(port.address),
    connect: async (peer) => {
      nameOfAddress(offer.addressFormat, peer);
      await port.greet(peer);
      return open.pool.addPeer({ address: peer, secret: secret.newPath(), role: 'client' });
    },
    stats: () => ({
      driver: { ...open.driver.counters },
      endpoint: { ...open.endpoint.counters },
      state: open.endpoint.state,
      sendErrors: open.sendErrors.counts(),
      fabric: { ...port.stats(), memory: { ...memory.counters } },
    }),
    exposition: () => exposition([{ ...open.endpoint.metrics(), driver: open.driver.counters }]),
    close: () => open.close(),
  };
}

async function overUdp(
  { provider: _provider, bind, fallback: _fallback, ...options }: FabricPoolOptions,
  fallback: Partial<UdpPoolOptions>,
): Promise<FabricPool> {
  const { readBytesMin: _min, exposedBytesMax: _max, ...common } = options;
  const udp = await createUdpPool({ ...common, ...(bind === undefined ? {} : { bind }), ...fallback });
  return {
    pool: udp.pool,
    transport: 'udp',
    address: udp.address,
    connect: (peer) => udp.connect(peer),
    stats: () => {
      const { driver, endpoint, state, sendErrors } = udp.stats();
      return { driver, endpoint, state, sendErrors, fabric: undefined };
    },
    exposition: () => udp.exposition(),
    close: () => udp.close(),
  };
}
