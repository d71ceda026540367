import { HOSTS_MAX, NICS_MAX, interfaceOf } from './address.ts';
import { NetworkConfigError, configInteger } from './config-error.ts';
import { Fabric, type NetworkEnvironment } from './fabric.ts';
import { RATE_BPS_MAX } from './line-rate.ts';
import { Network, type Link, type NetworkHost } from './network.ts';
import { Nic } from './nic.ts';
import { PRIORITIES_MAX, SwitchPort } from './switch-port.ts';
import { Switch } from './switch.ts';
import type { LineOptions } from './line.ts';
import type { Packet } from './packet.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/core/units.ts';

/** The links of a star are all alike. */
export interface LinkConfig {
  readonly rateBps: BitsPerSecond;
  /** Propagation delay of one link, one way. */
  readonly delayNs: Nanos;
  /** Longest IP packet: payload plus headers. */
  readonly mtuBytes: Bytes;
}

export interface SwitchConfig {
  /** Shared by all ports; Infinity: packets are never dropped for lack of room. */
  readonly bufferBytes: Bytes;
  /** Bytes waiting at a port above which arriving packets are marked. Default: never. */
  readonly ecnBytes?: Bytes;
  /** Queues per port, default 8. */
  readonly priorities?: number;
}

export interface HostConfig {
  /** From a packet's arrival at the NIC to its delivery, default 0. */
  readonly processingNs?: Nanos;
  /** Default 64 KiB. */
  readonly nicQueueBytesMax?: Bytes;
  /** Default two packets of full size, so that a host told of the room in time keeps the line busy. */
  readonly nicQueueBytesLow?: Bytes;
}

export interface StarConfig {
  readonly hosts: number;
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

/**
 * Builds hosts around one switch. Throws NetworkConfigError.
 *
 * A packet of w wire bytes that meets no other takes 2 × (w × 8 / rate + delay) + processing, each departure rounded
 * up to a nanosecond. REQ SIM-3
 */
export function starNetwork(environment: NetworkEnvironment, config: StarConfig): Network {
  const checked = checkedConfig(config);
  const fabric = new Fabric(environment, checked);
  const byInterface: (SwitchPort | undefined)[] = [];
  const forwarding = { portFor: (packet: Packet) => byInterface[interfaceOf(packet.destination)] };
  const center = new Switch(fabric, 'switch', checked.bufferBytes, forwarding);
  const hosts: NetworkHost[] = [];
  for (let host = 0; host < checked.hosts; host++) {
    const nics: Nic[] = [];
    const links: Link[] = [];
    for (let nic = 0; nic < checked.nics; nic++) {
      const name = checked.nics === 1 ? `host[${host}]` : `host[${host}].nic[${nic}]`;
      const up = { ...checked.line, name: `link/${name}/up` };
      const down = { ...up, name: `link/${name}/down`, delayNs: up.delayNs + checked.processingNs };
      const hostSide = new Nic(fabric, center, up, { ...checked.nic, name, host, nic });
      const options = { ...checked.port, name: `switch.port(${name})` };
      const port = new SwitchPort(fabric, center.buffer, hostSide, down, options);
      center.ports.push(port);
      byInterface[interfaceOf(hostSide.address)] = port;
      nics.push(hostSide);
      links.push({ up: hostSide.uplink, down: port.line });
    }
    hosts.push({ index: host, nics, links });
  }
  return new Network(fabric, hosts, [center]);
}

interface CheckedStar {
  readonly hosts: number;
  readonly nics: number;
  readonly line: Omit<LineOptions, 'name' | 'where'>;
  readonly processingNs: Nanos;
  readonly bufferBytes: Bytes;
  readonly port: { readonly priorities: number; readonly ecnBytes: Bytes; readonly seriesBinNs: Nanos };
  readonly nic: { readonly queueBytesMax: Bytes; readonly queueBytesLow: Bytes };
  readonly headerBytes: Bytes;
  readonly datagramBytesMax: Bytes;
  readonly seriesBinNs: Nanos;
}

function checkedConfig(config: StarConfig): CheckedStar {
  const { link, host } = config;
  const headerBytes = configInteger('headerBytes', config.headerBytes ?? HEADER_BYTES, 1, 1024);
  const mtuBytes = configInteger('link.mtuBytes', link.mtuBytes, headerBytes + 1, 65_535);
  const queueBytesMax = host?.nicQueueBytesMax ?? NIC_QUEUE_BYTES_MAX;
  configInteger('host.nicQueueBytesMax', queueBytesMax, mtuBytes, 2 ** 31);
  const queueBytesLow = host?.nicQueueBytesLow ?? Math.min(2 * mtuBytes, queueBytesMax - mtuBytes);
  const seriesBinNs = config.seriesBinNs ?? SERIES_BIN_NS;
  const datagramBytesMax = config.datagramBytesMax ?? mtuBytes - headerBytes;
  return {
    hosts: configInteger('hosts', config.hosts, 1, HOSTS_MAX),
    nics: configInteger('nics', config.nics ?? 1, 1, NICS_MAX),
    line: {
      rateBps: configInteger('link.rateBps', link.rateBps, 1, RATE_BPS_MAX),
      delayNs: configInteger('link.delayNs', link.delayNs, 0, DELAY_NS_MAX),
      mtuBytes,
    },
    processingNs: configInteger('host.processingNs', host?.processingNs ?? 0, 0, DELAY_NS_MAX),
    bufferBytes: bytesOrInfinity('switch.bufferBytes', config.switch.bufferBytes),
    port: {
      priorities: configInteger('switch.priorities', config.switch.priorities ?? 8, 1, PRIORITIES_MAX),
      ecnBytes: bytesOrInfinity('switch.ecnBytes', config.switch.ecnBytes ?? Number.POSITIVE_INFINITY),
      seriesBinNs,
    },
    nic: {
      queueBytesMax,
      queueBytesLow: configInteger('host.nicQueueBytesLow', queueBytesLow, 0, queueBytesMax - 1),
    },
    headerBytes,
    datagramBytesMax: configInteger('datagramBytesMax', datagramBytesMax, 1, DATAGRAM_BYTES_MAX),
    seriesBinNs,
  };
}

function bytesOrInfinity(field: string, bytes: Bytes): Bytes {
  if (bytes === Number.POSITIVE_INFINITY) return bytes;
  if (!(bytes >= 0)) throw new NetworkConfigError(field, `${bytes} is neither a size nor Infinity`);
  return configInteger(field, bytes, 0, Number.MAX_SAFE_INTEGER);
}
