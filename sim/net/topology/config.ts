import { HOSTS_MAX, NICS_MAX } from '../address.ts';
import { NetworkConfigError, configInteger } from '../config-error.ts';
import { RATE_BPS_MAX } from '../line-rate.ts';
import { PRIORITIES_MAX } from '../switch-port.ts';
import type { Spray } from '../routing.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../../../protocol/core/units.ts';

/** The links of hosts are all alike. */
export interface LinkConfig {
  readonly rateBps: BitsPerSecond;
  /** Propagation delay of one link, one way. */
  readonly delayNs: Nanos;
  /** Longest IP packet: payload plus headers. Of every link of the network. */
  readonly mtuBytes: Bytes;
}

/** A link between switches. */
export interface CoreConfig {
  readonly rateBps: BitsPerSecond;
  readonly delayNs: Nanos;
}

export interface SwitchConfig {
  /** Shared by all ports of one switch; Infinity: packets are never dropped for lack of room in it. */
  readonly bufferBytes: Bytes;
  /** Most bytes that wait at one port, default Infinity. */
  readonly portBytes?: Bytes;
  /** Most packets that wait at one port, default Infinity. */
  readonly portPackets?: number;
  /** Bytes waiting at a port above which arriving packets are marked. Default: never. */
  readonly ecnBytes?: Bytes;
  /** Queues per port, default 8. */
  readonly priorities?: number;
  /** How packets choose among equal paths, default `packet`. */
  readonly spray?: Spray;
}

export interface HostConfig {
  /** From a packet's arrival at the NIC to its delivery, default 0. */
  readonly processingNs?: Nanos;
  /** Default 64 KiB. */
  readonly nicQueueBytesMax?: Bytes;
  /** Default two packets of full size, so that a host told of the room in time keeps the line busy. */
  readonly nicQueueBytesLow?: Bytes;
}

/** What all topologies have in common. */
export interface NetworkConfig {
  /** NICs per host, each with a link of its own, default 1. */
  readonly nics?: number;
  readonly link: LinkConfig;
  readonly switch: SwitchConfig;
  readonly host?: HostConfig;
  /** IP and UDP header of each packet, default 28 (IPv4). */
  readonly headerBytes?: Bytes;
  /** Longest datagram that hosts can hold. Default: what just fits the MTU. Longer ones meet MTU drops. */
  readonly datagramBytesMax?: Bytes;
  /** Width of the bins of time series, default 1 µs; doubles while a run has more than BINS_MAX bins. */
  readonly seriesBinNs?: Nanos;
}

const HEADER_BYTES = 28;
const DATAGRAM_BYTES_MAX = 65_507;
const NIC_QUEUE_BYTES_MAX = 65_536;
const SERIES_BIN_NS = 1000;
const DELAY_NS_MAX = 1e12;

/** The same with every default filled in. */
export interface CheckedNetwork {
  readonly nics: number;
  readonly link: LinkConfig;
  readonly processingNs: Nanos;
  readonly bufferBytes: Bytes;
  readonly spray: Spray;
  readonly port: {
    readonly priorities: number;
    readonly ecnBytes: Bytes;
    readonly portBytes: Bytes;
    readonly portPackets: number;
  };
  readonly nic: { readonly queueBytesMax: Bytes; readonly queueBytesLow: Bytes };
  readonly headerBytes: Bytes;
  readonly datagramBytesMax: Bytes;
  readonly seriesBinNs: Nanos;
}

/** Throws NetworkConfigError. REQ CONF-6 */
export function checkNetwork(config: NetworkConfig): CheckedNetwork {
  const { link, host } = config;
  const headerBytes = configInteger('headerBytes', config.headerBytes ?? HEADER_BYTES, 1, 1024);
  const mtuBytes = configInteger('link.mtuBytes', link.mtuBytes, headerBytes + 1, 65_535);
  const queueBytesMax = host?.nicQueueBytesMax ?? NIC_QUEUE_BYTES_MAX;
  configInteger('host.nicQueueBytesMax', queueBytesMax, mtuBytes, 2 ** 31);
  const queueBytesLow = host?.nicQueueBytesLow ?? Math.min(2 * mtuBytes, queueBytesMax - mtuBytes);
  const datagramBytesMax = config.datagramBytesMax ?? mtuBytes - headerBytes;
  return {
    nics: configInteger('nics', config.nics ?? 1, 1, NICS_MAX),
    link: { ...checkLink('link', link), mtuBytes },
    processingNs: configInteger('host.processingNs', host?.processingNs ?? 0, 0, DELAY_NS_MAX),
    ...checkSwitch(config.switch),
    nic: {
      queueBytesMax,
      queueBytesLow: configInteger('host.nicQueueBytesLow', queueBytesLow, 0, queueBytesMax - 1),
    },
    headerBytes,
    datagramBytesMax: configInteger('datagramBytesMax', datagramBytesMax, 1, DATAGRAM_BYTES_MAX),
    seriesBinNs: config.seriesBinNs ?? SERIES_BIN_NS,
  };
}

function checkSwitch(config: SwitchConfig): Pick<CheckedNetwork, 'bufferBytes' | 'spray' | 'port'> {
  return {
    bufferBytes: orInfinity('switch.bufferBytes', config.bufferBytes),
    spray: config.spray ?? 'packet',
    port: {
      priorities: configInteger('switch.priorities', config.priorities ?? 8, 1, PRIORITIES_MAX),
      ecnBytes: orInfinity('switch.ecnBytes', config.ecnBytes ?? Number.POSITIVE_INFINITY),
      portBytes: orInfinity('switch.portBytes', config.portBytes ?? Number.POSITIVE_INFINITY),
      portPackets: orInfinity('switch.portPackets', config.portPackets ?? Number.POSITIVE_INFINITY),
    },
  };
}

/** Checks the rate and the delay of the links called `field`. */
export function checkLink(field: string, { rateBps, delayNs }: CoreConfig): CoreConfig {
  return {
    rateBps: configInteger(`${field}.rateBps`, rateBps, 1, RATE_BPS_MAX),
    delayNs: configInteger(`${field}.delayNs`, delayNs, 0, DELAY_NS_MAX),
  };
}

export function checkHosts(hosts: number): number {
  return configInteger('hosts', hosts, 1, HOSTS_MAX);
}

/** The planes that the NICs of a host are spread over, NIC k at plane k modulo their number. */
export function checkPlanes(planes: number | undefined, nics: number | undefined): number {
  return configInteger('planes', planes ?? 1, 1, nics ?? 1);
}

function orInfinity(field: string, value: number): number {
  if (value === Number.POSITIVE_INFINITY) return value;
  if (!(value >= 0)) throw new NetworkConfigError(field, `${value} is neither a number nor Infinity`);
  return configInteger(field, value, 0, Number.MAX_SAFE_INTEGER);
}
