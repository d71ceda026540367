import type { Bytes, Nanos } from '../../protocol/index.ts';
import type { Line, Network } from '../../sim/net/index.ts';
import { Switch } from '../../sim/net/switch.ts';
import type { StarTopology, Topology } from '../language/index.ts';

/** Header bytes of a packet in the oracle, as in the published set-ups (dcPIM, SIGCOMM 2022); ours are a few more. */
const ORACLE_HEADER_BYTES = 40;
const BITS_NANOS = 8e9;
/** Of more switches with hosts than that, only the paths from the first are looked at. */
const HOMES_MAX = 64;

/** The least time an exchange needs on an unloaded network: what slowdown is measured against. */
export interface Oracle {
  /** A request from host `from` to host `to`, and a response back. */
  exchangeNs(requestBytes: Bytes, responseBytes: Bytes, from: number, to: number): Nanos;
  /** Round trip of packets of one MTU there and of nothing back, on the longest path: what an endpoint is told to expect. */
  readonly rttNs: Nanos;
}

export function oracleFor(topology: Topology, network: Network, hostDelayNs: Nanos): Oracle {
  return topology.kind === 'star'
    ? new StarOracle(topology, hostDelayNs)
    : new PathOracle(network, topology.link.mtuBytes);
}

/**
 * Of a star, with payload alone counted. One way: the payload at link rate, two cables, and the last packet once more at
 * the switch, which stores and forwards it.
 */
export class StarOracle implements Oracle {
  private readonly topology: StarTopology;
  private readonly hostDelayNs: Nanos;

  constructor(topology: StarTopology, hostDelayNs: Nanos) {
    this.topology = topology;
    this.hostDelayNs = hostDelayNs;
  }

  private oneWayNs(bytes: Bytes): Nanos {
    const { rateBps, delayNs, mtuBytes } = this.topology.link;
    const lastPacketBytes = Math.min(bytes + ORACLE_HEADER_BYTES, mtuBytes);
    return ((bytes + lastPacketBytes) * BITS_NANOS) / rateBps + 2 * delayNs + this.hostDelayNs;
  }

  exchangeNs(requestBytes: Bytes, responseBytes: Bytes): Nanos {
    return this.oneWayNs(requestBytes) + this.oneWayNs(responseBytes);
  }

  get rttNs(): Nanos {
    const { rateBps, mtuBytes } = this.topology.link;
    return Math.ceil(this.oneWayNs(0) * 2 + (2 * mtuBytes * BITS_NANOS) / rateBps);
  }
}

/** What the formulas need of the way from one host to another. */
interface Way {
  readonly delayNs: Nanos;
  /** To serialize one byte: at the first cable, and at all others together. */
  readonly firstByteNs: number;
  readonly laterByteNs: number;
}

/**
 * Of any other topology, as published for leaf-spine (dcPIM, figure 3). There: full packets at the rate of the first cable,
 * and the last of them once more at each switch. Back: a header through all cables, in which the response is.
 */
export class PathOracle implements Oracle {
  readonly rttNs: Nanos;
  private readonly network: Network;
  private readonly mtuBytes: Bytes;
  /** By `place of from × hosts + place of to`. */
  private readonly ways = new Map<number, Way>();
  /** Hosts with equal links at one switch have one place: there are fewer ways than pairs of hosts. */
  private readonly places: number[];

  constructor(network: Network, mtuBytes: Bytes) {
    this.network = network;
    this.mtuBytes = mtuBytes;
    this.places = placesOf(network);
    // Once: checkers ask at every exchange, and there are many pairs of switches.
    this.rttNs = this.longestNs();
  }

  exchangeNs(requestBytes: Bytes, responseBytes: Bytes, from: number, to: number): Nanos {
    const [there, back] = [this.way(from, to), this.way(to, from)];
    const payloadMax = this.mtuBytes - ORACLE_HEADER_BYTES;
    const sentBytes = Math.ceil(requestBytes / payloadMax) * payloadMax;
    const requestNs = there.delayNs + sentBytes * there.firstByteNs + this.mtuBytes * there.laterByteNs;
    const lastBytes = Math.min(responseBytes + ORACLE_HEADER_BYTES, this.mtuBytes);
    const firstBytes = responseBytes + ORACLE_HEADER_BYTES;
    return requestNs + back.delayNs + firstBytes * back.firstByteNs + lastBytes * back.laterByteNs;
  }

  private longestNs(): Nanos {
    let longest = 0;
    for (const [from, to] of this.farPairs()) {
      const [there, back] = [this.way(from, to), this.way(to, from)];
      const thereNs = there.delayNs + this.mtuBytes * (there.firstByteNs + there.laterByteNs);
      const backNs = back.delayNs + ORACLE_HEADER_BYTES * (back.firstByteNs + back.laterByteNs);
      longest = Math.max(longest, thereNs + backNs);
    }
    return Math.ceil(longest);
  }

  /** One host at each switch, paired with each other. */
  private *farPairs(): Iterable<[number, number]> {
    const { hosts } = this.network;
    const firstAt = new Map(hosts.toReversed().map(({ index, nics }) => [nics[0]?.uplink.far, index]));
    const homes = [...firstAt.values()];
    if (homes.length === 1) yield [0, hosts.length - 1];
    for (const from of homes.length > HOMES_MAX ? homes.slice(-1) : homes) {
      for (const to of homes) if (from !== to) yield [from, to];
    }
  }

  private way(from: number, to: number): Way {
    const key = (this.places[from] as number) * this.network.hosts.length + (this.places[to] as number);
    const known = this.ways.get(key);
    if (known !== undefined) return known;
    const path = this.network.path(this.network.nic(from), this.network.nic(to)) ?? [];
    const byteNs = ({ rate }: Line): number => BITS_NANOS / rate.bps;
    const way = {
      delayNs: path.reduce((sum, { delayNs }) => sum + delayNs, 0),
      firstByteNs: path.slice(0, 1).reduce((sum, line) => sum + byteNs(line), 0),
      laterByteNs: path.slice(1).reduce((sum, line) => sum + byteNs(line), 0),
    };
    this.ways.set(key, way);
    return way;
  }
}

/** By host: a number that hosts share whose ways to any third host are alike. */
function placesOf(network: Network): number[] {
  const numbers = new Map<string, number>();
  return network.hosts.map(({ index }) => {
    const nic = network.nic(index);
    const { far, rate, delayNs } = nic.uplink;
    const down = far instanceof Switch ? far.portsTo(nic)[0]?.line : undefined;
    const place =
      far instanceof Switch && down !== undefined
        ? [far.index, rate.bps, delayNs, down.rate.bps, down.delayNs].join('/')
        : `host ${index}`;
    const number = numbers.get(place) ?? numbers.size;
    numbers.set(place, number);
    return number;
  });
}
