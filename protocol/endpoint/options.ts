import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';

/** Every bound and knob of an endpoint. REQ CONF-1, CONF-2, CONF-3, CONF-4, CONF-7 */
export interface EndpointOptions {
  /** This endpoint's worker number, 0 … 255; part of every transfer id and control key. */
  worker: number;
  /** Largest IP packet the path carries. */
  mtuBytes: Bytes;
  /** IP and UDP header bytes in front of each datagram. */
  datagramHeaderBytes: Bytes;
  /** Rate of the NIC, both directions. */
  rateBps: BitsPerSecond;
  /** What the driver's receive queue holds; pulled-but-not-arrived bytes never exceed it. */
  receiveBufferBytes: Bytes;
  /** What a port of the network queues on the way here without loss, for this endpoint. */
  portBufferBytes: Bytes;
  /** Messages up to this size travel inside TRANSFER_NOTIFY, if they fit in one packet. */
  inlineBytesMax: Bytes;
  /** Most bytes in one pull. */
  pullBytesMax: Bytes;
  /** Pulled-but-not-arrived bytes, as a multiple of rate x RTT. */
  budgetRatio: number;
  /** Most of a message that may come before it is pulled, together with its announcement: the receiver drops what is beyond. 0: nothing. */
  earlyBytesMax: Bytes;
  /** As much of it may be sent to a peer that has not said how much it takes; both sides use the same value. */
  earlyBytesInitial: Bytes;
  /** Most data segments in one burst (one GSO call). */
  burstSegments: number;
  /** UDP flows over which data to one peer is spread, as many as the driver has ports for; 1: none. */
  paths: number;
  /** Round-trip time assumed before the first sample. */
  initialRttNs: Nanos;
  /** Longest time an acknowledgement waits for company; both sides use the same value. */
  ackDelayNs: Nanos;
  /** Shortest wait before anything counts as lost; covers the driver's timer granularity. */
  lossDelayMinNs: Nanos;
  /** Silence of a peer, with something in flight to it, that ends its transfers. */
  peerTimeoutNs: Nanos;
  /** Largest message taken from a peer. */
  messageBytesMax: Bytes;
  /** Largest encoded headers of a message. */
  headerBytesMax: Bytes;
  /** Headers up to this size travel inside the TRANSFER_NOTIFY of a message that is pulled, if they fit in its packet. */
  noticeHeaderBytesMax: Bytes;
  /** Bytes of messages being received at once, over all peers. */
  receiveBytesMax: Bytes;
  /** Bytes of one message given to a sink, such as a file, and not written; then no more of it is pulled. */
  sinkBytesMax: Bytes;
  /** Bytes of buffers that the application allocated, tags included; and ids of them. */
  bufferBytesMax: Bytes;
  buffersMax: number;
  /** Allocations that wait for room. */
  bufferWaitersMax: number;
  /** Transfers a peer may have announced and not ended. */
  notifyWindow: number;
  /** Requests announced to a peer, or by it, that wait for others; at most half of `notifyWindow`, which is the default up to 256. 0: none is announced before its wait is over. */
  aheadMax: number;
  /** Bytes of messages that are received before they may be handed over, over all peers. */
  aheadBytesMax: Bytes;
  /** Messages of a stream announced and not taken by the application, unless it says otherwise for its stream. */
  streamMessagesMax: number;
  /** Bytes of a stream received and not taken, and written and not acknowledged, each; one message may exceed it. */
  streamBytesMax: Bytes;
  /** Writes to a stream that wait for room at once; who does not await them is refused then. */
  streamWritesMax: number;
  /** Datagrams waiting for a peer, and for the application. */
  datagramsMax: number;
  /** Exchanges of this endpoint at once, own and served. */
  exchangesMax: number;
  /** Own calls and streams of one priority that are not announced yet, over all peers; the rest of `exchangesMax` is for other priorities and for what is served. */
  queueDepthMax: number;
  /**
   * Calls of a pool that others can depend on, those that ended and can still be named included: slots of the causality map, to which it grows from `tokensInitial`. A call has a token,
   * and between two tries no exchange.
   */
  tokensMax: number;
  tokensInitial: number;
  /** Calls of a pool that ended and can still be named; at most half of `tokensMax`, which is the default up to 4096. */
  endedTokensMax: number;
  /** Peers known at once. */
  peersMax: number;
  /** Packets under one control key; then the next is derived. Few are for tests. */
  keyPacketsMax: number;
}

/** For a service on an ordinary machine. The simulator and a deployment set rate, RTT and delays. */
export const DEFAULT_OPTIONS: EndpointOptions = {
  worker: 0,
  mtuBytes: 1500,
  datagramHeaderBytes: 28,
  rateBps: 10_000_000_000,
  receiveBufferBytes: 1 << 20,
  portBufferBytes: 2 ** 40,
  inlineBytesMax: 65_535,
  pullBytesMax: 131_072,
  budgetRatio: 1.5,
  earlyBytesMax: 0,
  earlyBytesInitial: 0,
  burstSegments: 16,
  paths: 1,
  initialRttNs: 100_000,
  ackDelayNs: 50_000,
  lossDelayMinNs: 5_000_000,
  peerTimeoutNs: 5_000_000_000,
  messageBytesMax: 2_147_483_648,
  headerBytesMax: 16_384,
  noticeHeaderBytesMax: 512,
  receiveBytesMax: 4_294_967_296,
  sinkBytesMax: 1 << 22,
  bufferBytesMax: 1 << 28,
  buffersMax: 65_536,
  bufferWaitersMax: 1024,
  notifyWindow: 1024,
  aheadMax: 256,
  aheadBytesMax: 67_108_864,
  streamMessagesMax: 16,
  streamBytesMax: 1 << 20,
  streamWritesMax: 1024,
  datagramsMax: 256,
  exchangesMax: 1 << 20,
  queueDepthMax: 1 << 19,
  tokensMax: (1 << 20) + (1 << 16),
  tokensInitial: 1024,
  endedTokensMax: 4096,
  peersMax: 65_536,
  keyPacketsMax: 1 << 23,
};

/** Thrown for options that cannot work; names the option and the range. REQ CONF-6 */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly code = 'ERR_DCQUIC_OPTION';
}

/** Options that count something, bytes included; times, rates and ratios may have fractions. */
const COUNTED = /Max$|BytesInitial$|Bytes$|Window$|Segments$|Initial$|^worker$/;

/** Of each option, both ends included. REQ CONF-6 */
export const OPTION_RANGES: Readonly<Record<keyof EndpointOptions, readonly [min: number, max: number]>> = {
  worker: [0, 255],
  mtuBytes: [256, 65_535],
  datagramHeaderBytes: [0, 128],
  rateBps: [1e6, 1e13],
  receiveBufferBytes: [16_384, 2 ** 40],
  portBufferBytes: [256, 2 ** 40],
  inlineBytesMax: [0, 65_535],
  pullBytesMax: [1024, 2 ** 30],
  budgetRatio: [0.5, 64],
  earlyBytesMax: [0, 2 ** 20],
  earlyBytesInitial: [0, 2 ** 20],
  burstSegments: [1, 64],
  paths: [1, 64],
  initialRttNs: [100, 60e9],
  ackDelayNs: [0, 1e9],
  lossDelayMinNs: [0, 60e9],
  peerTimeoutNs: [1000, 3600e9],
  messageBytesMax: [1, 2 ** 32],
  headerBytesMax: [0, 2 ** 20],
  noticeHeaderBytesMax: [0, 16_384],
  receiveBytesMax: [1, 2 ** 40],
  sinkBytesMax: [65_536, 2 ** 40],
  bufferBytesMax: [0, 2 ** 40],
  buffersMax: [1, 2 ** 26],
  bufferWaitersMax: [0, 65_536],
  notifyWindow: [1, 2 ** 20],
  aheadMax: [0, 32_768],
  aheadBytesMax: [0, 2 ** 40],
  streamMessagesMax: [1, 65_536],
  streamBytesMax: [0, 2 ** 40],
  streamWritesMax: [1, 65_536],
  datagramsMax: [1, 65_536],
  exchangesMax: [1, 2 ** 26],
  queueDepthMax: [1, 2 ** 26],
  tokensMax: [64, 2 ** 24],
  tokensInitial: [0, 2 ** 24],
  endedTokensMax: [1, 2 ** 19],
  peersMax: [1, 2 ** 24],
  keyPacketsMax: [1, 2 ** 23],
};

/** Options that others bound, and how. */
const BOUNDED_BY: readonly [keyof EndpointOptions, keyof EndpointOptions, divisor: 1 | 2][] = [
  ['aheadMax', 'notifyWindow', 2],
  ['earlyBytesInitial', 'earlyBytesMax', 1],
  ['tokensInitial', 'tokensMax', 1],
  ['endedTokensMax', 'tokensMax', 2],
];

/** What `resolveOptions` has returned. */
const RESOLVED = new WeakSet<object>();

/**
 * Defaults with `given` over them; throws OptionError for a value out of range. What it returned before it returns as it is: endpoints that are given that share
 * one object, which is in the cache when the next of hundreds of them looks at it.
 */
export function resolveOptions(given: Partial<EndpointOptions>): EndpointOptions {
  if (RESOLVED.has(given)) return given as EndpointOptions;
  const options = { ...DEFAULT_OPTIONS, ...given };
  for (const [name, bound, divisor] of BOUNDED_BY) {
    if (given[name] === undefined)
      options[name] = Math.min(options[name], Math.floor(options[bound] / divisor));
  }
  for (const [name, [min, max]] of Object.entries(OPTION_RANGES)) {
    const value = options[name as keyof EndpointOptions];
    const isCount = COUNTED.test(name);
    if (
      typeof value !== 'number' ||
      !(value >= min && value <= max) ||
      (isCount && !Number.isInteger(value))
    ) {
      const what = isCount ? 'a whole number between' : 'between';
      throw new OptionError(
        `endpoint option ${name} is ${String(value)}; it must be ${what} ${min} and ${max}`,
      );
    }
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(OPTION_RANGES, name))
      throw new OptionError(
        `there is no endpoint option ${name}; there are ${Object.keys(OPTION_RANGES).join(', ')}`,
      );
  }
  for (const [name, bound, divisor] of BOUNDED_BY) {
    const max = Math.floor(options[bound] / divisor);
    if (options[name] <= max) continue;
    const part = divisor === 2 ? `half of ${bound}` : bound;
    throw new OptionError(`endpoint option ${name} is ${options[name]}; it must be at most ${part}, ${max}`);
  }
  RESOLVED.add(options);
  return options;
}
