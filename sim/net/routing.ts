import { DropReason } from './drop-reason.ts';
import { PacketWord } from './packet-fields.ts';
import type { Packet } from './packet.ts';
import type { PacketPool } from './packet-pool.ts';
import type { SwitchPort } from './switch-port.ts';

/** How a packet chooses among equal ways: each for itself, or as its flow, by a hash over addresses and ports. */
export type Spray = 'packet' | 'ecmp';

/** The ports of one switch that lead to some destinations, on shortest paths. */
export class PortGroup {
  readonly all: readonly SwitchPort[];
  /** The way, if there is only one and it is up. */
  only: SwitchPort | null = null;
  /** Those whose line is up, in the order of their turns. */
  up: SwitchPort[] = [];
  /** Whose turn it is. */
  #turn = 0;
  /** Of the generator that shuffles the turns; never 0. */
  #state: number;
  readonly #salt: number;

  /** @param seed any 32 bits, different for each switch. */
  constructor(all: readonly SwitchPort[], seed: number) {
    this.all = all;
    this.#state = seed | 1;
    this.#salt = seed;
    this.refresh();
  }

  /** A line went down or came up. */
  refresh(): void {
    this.up = this.all.filter((port) => port.line.isUp);
    this.only = this.up.length === 1 ? (this.up[0] as SwitchPort) : null;
    this.#turn = 0;
  }

  /**
   * Round after round, each in an order of its own: as even as taking turns, but packets that alternate between two
   * sizes or two flows do not fall in step with it.
   */
  nextInTurn(): SwitchPort {
    const { up } = this;
    if (this.#turn === 0) this.#shuffle(up);
    const port = up[this.#turn] as SwitchPort;
    this.#turn = this.#turn + 1 === up.length ? 0 : this.#turn + 1;
    return port;
  }

  /** The same for all packets of a flow, as long as the same lines are up. */
  forFlow(packet: Packet): SwitchPort {
    const { up } = this;
    const hash = flowHash(packet.source, packet.destination, this.#salt);
    return up[Math.floor((hash * up.length) / 0x1_0000_0000)] as SwitchPort;
  }

  /** Fisher and Yates, with the xorshift of Marsaglia (2003): its bias, below 2^-26 per step, decides nothing. */
  #shuffle(ports: SwitchPort[]): void {
    for (let i = ports.length - 1; i > 0; i--) {
      let x = this.#state;
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      this.#state = x;
      const j = Math.floor(((x >>> 0) * (i + 1)) / 0x1_0000_0000);
      const port = ports[i] as SwitchPort;
      ports[i] = ports[j] as SwitchPort;
      ports[j] = port;
    }
  }
}

const NOWHERE = -1;

/**
 * Where the switches of a network send what. Built once; a hop costs a few array reads, and a choice where there are
 * several ways. A switch knows of its own links when they are down and uses the others; of those further on it does not.
 */
export class RoutingTable {
  readonly #packets: PacketPool;
  readonly #spray: Spray;
  /** By NIC number: the switch it is at. The entry behind the last is for an address that no NIC has. */
  readonly #homes: Int32Array;
  /** By NIC number: the port that leads to it, and the same while its line is up. */
  readonly #ports: SwitchPort[] = [];
  readonly #portsUp: (SwitchPort | null)[] = [];
  /** By switch that has NICs: its column in #ways. */
  readonly #columns: Int32Array;
  readonly #width: number;
  /** A row for each switch: index of the group for each switch that has NICs. */
  readonly #ways: Int32Array;
  readonly #groups: PortGroup[] = [];

  /** @param homes by NIC number: index of the switch it is at. */
  constructor(packets: PacketPool, homes: readonly number[], switches: number, spray: Spray) {
    this.#packets = packets;
    this.#spray = spray;
    this.#homes = Int32Array.from([...homes, NOWHERE]);
    const distinct = [...new Set(homes)];
    this.#columns = new Int32Array(switches).fill(NOWHERE);
    distinct.forEach((home, column) => void (this.#columns[home] = column));
    this.#width = distinct.length;
    this.#ways = new Int32Array(switches * this.#width).fill(NOWHERE);
  }

  /** NICs are told in the order of their numbers. */
  addNic(port: SwitchPort): void {
    this.#ports.push(port);
    this.#portsUp.push(port);
  }

  addGroup(group: PortGroup): number {
    return this.#groups.push(group) - 1;
  }

  /** From switch `at`, the NICs of switch `home` are reached by `group`. */
  addWay(at: number, home: number, group: number): void {
    this.#ways[at * this.#width + (this.#columns[home] as number)] = group;
  }

  /** The port of switch `at` for a packet, by index; null: there is none, or its line is down. */
  portFor(at: number, packet: number): SwitchPort | null {
    const nicNumber = this.#packets.words[8 * packet + PacketWord.NIC_NUMBER] as number;
    const home = this.#homes[nicNumber] as number;
    if (home === at) return this.#portsUp[nicNumber] as SwitchPort | null;
    const group = this.#groupFor(at, home);
    if (group === undefined || group.only !== null) return group?.only ?? null;
    if (group.up.length === 0) return null;
    return this.#spray === 'packet' ? group.nextInTurn() : group.forFlow(this.#packets.at(packet));
  }

  /** Why there is no port for a packet. */
  outageFor(at: number, { nicNumber }: Packet): DropReason {
    const home = this.#homes[nicNumber] as number;
    const port = home === at ? this.#ports[nicNumber] : this.#groupFor(at, home)?.all[0];
    return port?.line.outage ?? DropReason.NO_ROUTE;
  }

  /** The line of a port went down or came up. */
  refresh(port: SwitchPort): void {
    this.#ports.forEach((other, nicNumber) => {
      if (other === port) this.#portsUp[nicNumber] = port.line.isUp ? port : null;
    });
    for (const group of this.#groups) if (group.all.includes(port)) group.refresh();
  }

  /** All ports of switch `at` that lead to a NIC, up or down. */
  portsFor(at: number, nicNumber: number): readonly SwitchPort[] {
    const home = this.#homes[nicNumber] as number;
    if (home === at) return [this.#ports[nicNumber] as SwitchPort];
    return this.#groupFor(at, home)?.all ?? [];
  }

  #groupFor(at: number, home: number): PortGroup | undefined {
    if (home === NOWHERE) return undefined;
    return this.#groups[this.#ways[at * this.#width + (this.#columns[home] as number)] as number];
  }
}

/** 32 bits over two addresses, each below 2^36, and a salt: the finalizer of MurmurHash3 over mixed words. */
export function flowHash(source: number, destination: number, salt: number): number {
  let h = salt ^ Math.imul(source | 0, 0x9e3779b1) ^ Math.imul(destination | 0, 0xcc9e2d51);
  h ^= Math.imul((source / 0x1_0000_0000) | 0, 0x1b873593) ^ ((destination / 0x1_0000_0000) | 0);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
