import { exposition } from '../../protocol/telemetry/exposition.ts';
import type {
  DriverCounters,
  EndpointCounters,
  EndpointState,
} from '../../protocol/telemetry/generated/counters.ts';
import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import type { Address } from '../../protocol/core/address.ts';
import { NANOS_PER_MILLI } from '../../protocol/core/units.ts';
import { deploymentOptions, type Deployment } from '../../protocol/endpoint/deployments.ts';
import { DEFAULT_OPTIONS, type EndpointOptions } from '../../protocol/endpoint/options.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import type { RecordOutput } from '../../protocol/record/recorder.ts';
import { UDP_POOL_OPTIONS, checkArgument, checkOptions } from '../../protocol/pool/arguments.ts';
import { Pool } from '../../protocol/pool/pool.ts';
import { chooseCrypto } from '../crypto/choose.ts';
import { TransportError } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import type { Pulse } from '../health/beat.ts';
import { nodeLoop, type EventLoop } from '../inline/event-loop.ts';
import { openPool, type Front, type OpenPoolConfig } from '../inline/open-pool.ts';
import type { FfiName } from '../native/ffi.ts';
import type { PresharedSecret } from '../psk/preshared-secret.ts';
import { formatAddress, isIpv6, splitHostPort } from './address.ts';
import { bindUdp, type UdpBindOptions } from './bind.ts';
import type { BoundPort } from './bound-port.ts';
import { GSO_BYTES_MAX, GSO_SEGMENTS_MAX } from './linux/abi.ts';
import type { UdpFeature } from './linux/features.ts';
import { bindNics } from './nics/bind-nics.ts';
import { lookAtNic, optionsOf, tellOfShort, type NicFacts } from './nics/nic-facts.ts';
import { NicsPort, type NicStats } from './nics/nics-port.ts';
import { resolvePeer } from './resolve.ts';
import { usableReceiveBytes, type SocketBufferSizes } from './socket-buffers.ts';

export interface UdpPoolOptions {
  /** `ADDRESS:PORT` to bind, numeric; `*` for all addresses of both families, port 0 for any. Default `*:0`. */
  bind?: string;
  /** What both sides have in their configuration. */
  secret: PresharedSecret;
  /** Whether the open pool keeps the process alive also while no call is pending. Default true. */
  keepAlive?: boolean;
  /** Socket buffers to ask the kernel for; default 4 MiB each. */
  receiveBufferBytes?: number;
  sendBufferBytes?: number;
  /** Sockets, hence flows through the network, over which data to a peer is spread; default 1. REQ NIC-10 */
  ports?: number;
  /**
   * Names of the network interfaces to use, at most 16. All packets go by the first one as long as it works, then by the next. More than one needs
   * `bind` to a wildcard address: the sockets are at the addresses of the interfaces. REQ MNIC-5
   */
  nics?: readonly string[];
  /** What of the fast path is not used: for tests, and to find out what it is worth. */
  without?: readonly UdpFeature[];
  /** Which libraries may call C, the best one first. */
  ffi?: readonly FfiName[];
  /** Where this runs: what `endpoint` does not say. Default: service. REQ CONF-7 */
  deployment?: Deployment;
  /**
   * Options of the endpoint. `receiveBufferBytes` and `datagramHeaderBytes` are filled in from the sockets, and `rateBps`
   * from `nics`, if their link has a rate; else that and `mtuBytes` of the network are worth setting.
   */
  endpoint?: Partial<EndpointOptions>;
  observer?: EndpointObserver;
  /**
   * Takes a record of all that goes into the endpoint and all that comes out, for `dcquic replay`. It holds what is sent and received in the clear, and secrets.
   * REQ SIM-5
   */
  record?: RecordOutput;
  /** As `CausalityMap.sharedMemory` gives it: calls of pools with the same, in whatever thread, may depend on each other's tokens. */
  tokens?: SharedArrayBuffer;
  /** Where it shows that its thread goes on; for a WorkerMonitor in another. REQ HEALTH-9 */
  pulse?: Pulse;
  onEvent?: TransportEventSubscriber;
}

/** Counters of one pool over UDP; numbers only, a snapshot. REQ OBS-2 */
export interface UdpPoolStats {
  driver: DriverCounters;
  endpoint: EndpointCounters;
  state: EndpointState;
  /** What the kernel granted. */
  socketBuffers: SocketBufferSizes;
  /** What of the fast path is in use; none: sockets of node:dgram. */
  features: readonly UdpFeature[];
  /** If it uses several. REQ MNIC-6, MNIC-7 */
  nics?: NicStats[];
  /** What the system says of the NICs that were named. REQ MNIC-1 */
  nicFacts: readonly NicFacts[];
  /** Datagrams the kernel refused, by error code. */
  sendErrors: Record<string, number>;
}

/** A pool on UDP sockets, its driver in the application's thread. */
export type UdpPool = UdpFront<Pool>;

/** A pool, or something in its place, and what is below it. */
export interface UdpFront<T extends Front> {
  readonly pool: T;
  /** Where it is bound, `ADDRESS:PORT`; at several NICs those of all, with commas between them. */
  readonly address: string;
  /**
   * Makes a server known under a new path secret: `HOST:PORT`, names are looked up. Those of several NICs of one server are separated by commas; a pool
   * that names no NICs of its own uses the first. `as`: if it has another secret than this pool.
   */
  connect(peer: string, as?: PresharedSecret): Promise<PeerId>;
  /** Reads what is there without waiting to be told, if the sockets are of a kind that can. Whether there was something. */
  poll(): boolean;
  stats(): UdpPoolStats;
  /** All metrics as text for Prometheus, of media type EXPOSITION_TYPE. REQ OBS-2, EVT-3 */
  exposition(): string;
  /**
   * Ends pending calls, sends the last acknowledgements, closes the sockets. Idempotent; afterwards nothing of the
   * pool keeps the process alive.
   */
  close(): Promise<void>;
}

const IPV4_HEADER_BYTES = 28;
const IPV6_HEADER_BYTES = 48;
/**
 * A busy event loop reads its socket this late: a shorter silence says nothing. With the core's 5 ms a hundred calls at a time repeated
 * four in a hundred notifications for nothing (`dcquic bench --concurrency 100`).
 */
const TURN_NS_MAX = 25 * NANOS_PER_MILLI;

function endpointOptions(port: BoundPort, given: Partial<EndpointOptions>): Partial<EndpointOptions> {
  const mtuBytes = given.mtuBytes ?? DEFAULT_OPTIONS.mtuBytes;
  const datagramHeaderBytes = port.addresses.some(isIpv6) ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES;
  const usableBytes = usableReceiveBytes(port.buffers.receiveBytes, mtuBytes - datagramHeaderBytes);
  const joined = Math.floor(GSO_BYTES_MAX / (mtuBytes - datagramHeaderBytes));
  return {
    ...(port.features.includes('gso') ? { burstSegments: Math.min(joined, GSO_SEGMENTS_MAX) } : {}),
    paths: port.paths,
    datagramHeaderBytes,
    receiveBufferBytes: Math.max(usableBytes, 16_384),
    lossDelayMinNs: TURN_NS_MAX,
    ...given,
  };
}

async function bindOf(
  loop: EventLoop,
  options: UdpPoolOptions,
  onEvent: TransportEventSubscriber,
): Promise<BoundPort> {
  const { host, port: portNumber } = splitHostPort(options.bind ?? '*:0');
  const { receiveBufferBytes, sendBufferBytes, ports, nics = [], without, ffi } = options;
  const given = { receiveBufferBytes, sendBufferBytes, ports, without, ffi };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  const chosen = Object.fromEntries(known) as UdpBindOptions;
  const at = { address: host, port: portNumber, onEvent, ...chosen };
  const [device] = nics;
  if (nics.length > 1) return bindNics(loop, nics, at);
  return bindUdp(device === undefined ? at : { ...at, device });
}

/** The address of a peer, if there is a socket of its family. */
async function reach(peer: string, isOwnIpv6: readonly boolean[]): Promise<Address> {
  const address = await resolvePeer(peer);
  if (isOwnIpv6.includes(isIpv6(address))) return address;
  const family = isIpv6(address) ? 'IPv6' : 'IPv4';
  const text = `${peer} has ${family}, this pool no ${family} socket: bind to one, or to *`;
  throw new TransportError('BAD_ADDRESS', text);
}

/**
 * A pool over UDP: sockets, endpoint and driver. Rejects with TransportError (BIND_FAILED, BAD_ADDRESS) and throws
 * OptionError for endpoint options out of range, UsageError for others that are wrong; anything less is an event. REQ TRN-2, OPS-4, OPS-5, POOL-1
 */
export function createUdpPool(options: UdpPoolOptions): Promise<UdpPool> {
  return openUdpPool(nodeLoop, options, (endpoint, driver) => new Pool(endpoint, driver, options.tokens));
}

/** The same in an event loop of the caller's choice, with another front. */
export async function openUdpPool<T extends Front>(
  loop: EventLoop,
  options: UdpPoolOptions,
  front: OpenPoolConfig<T>['front'],
): Promise<UdpFront<T>> {
  checkOptions('options of createUdpPool', options, UDP_POOL_OPTIONS);
  const { secret, keepAlive = true, onEvent = () => {} } = options;
  checkArgument(secret !== undefined, 'options of createUdpPool: secret', secret, 'a PresharedSecret');
  const port = await bindOf(loop, options, onEvent);
  const nicFacts = (options.nics ?? []).map((name) => lookAtNic(name));
  const several = port instanceof NicsPort ? port : undefined;
  const { pool, endpoint, driver, sendErrors, close } = await openPool({
    front,
    loop,
    port,
    secret,
    crypto: chooseCrypto(port.ffi),
    endpoint: endpointOptions(port, {
      ...deploymentOptions(options.deployment ?? 'service'),
      ...optionsOf(nicFacts),
      ...options.endpoint,
    }),
    observer: options.observer,
    onHeard: several?.onHeard,
    record: options.record,
    pulse: options.pulse,
    keepAlive,
    onEvent,
  });
  tellOfShort(nicFacts, endpoint.options.mtuBytes, onEvent);
  const isOwnIpv6 = port.addresses.map(isIpv6);
  return {
    pool,
    address: (several?.addresses ?? port.addresses.slice(0, 1)).map(formatAddress).join(),
    connect: async (peer, as = secret) => {
      const far = several === undefined ? peer.split(',', 1) : peer.split(',');
      const addresses = await Promise.all(far.map((one) => reach(one, isOwnIpv6)));
      several?.know(addresses);
      const [address] = addresses as [Address];
      return pool.addPeer({ address, secret: as.newPath(), role: 'client' });
    },
    poll: () => port.poll(),
    stats: () => ({
      driver: { ...driver.counters },
      endpoint: { ...endpoint.counters },
      state: endpoint.state,
      socketBuffers: port.buffers,
      features: port.features,
      nicFacts,
      ...(several && { nics: several.nics }),
      sendErrors: sendErrors.counts(),
    }),
    exposition: () => exposition([{ ...endpoint.metrics(), driver: driver.counters }]),
    close,
  };
}
