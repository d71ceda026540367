import { DropReason } from './drop-reason.ts';
import { PacketWord } from './packet-fields.ts';
import type { Packet } from './packet.ts';
import type { PacketPool } from './packet-pool.ts';
import type { SwitchPort } from './switch-port.ts';

/** Stands for the number of a line where there is none. */
export const NOWHERE = -1;

/** How a packet chooses among equal ways: each for itself, or as its flow, by a hash over addresses and ports. */
export type Spray = 'packet' | 'ecmp';

/** The ports of one switch that lead to some destinations, on shortest paths. */
export class PortGroup {
  readonly all: readonly SwitchPort[];
  /** The lines that are up, in the order of their turns. */
  up: number[] = [];
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
    this.up = this.all.filter((port) => port.line.isUp).map((port) => port.line.index);
    this.#turn = 0;
  }

  /**
   * Round after round, each in an order of its own: as even as taking turns, but packets that alternate between two
   * sizes or two flows do not fall in step with it.
   */
  nextInTurn(): number {
    const { up } = this;
    if (this.#turn === 0) this.#shuffle(up);
    const line = up[this.#turn] as number;
    this.#turn = this.#turn + 1 === up.length ? 0 : this.#turn + 1;
    return line;
  }

  /** The same for all packets of a flow, as long as the same lines are up. */
  forFlow(packet: Packet): number {
    const { up } = this;
    const hash = flowHash(packet.source, packet.destination, this.#salt);
    return up[Math.floor((hash * up.length) / 0x1_0000_0000)] as number;
  }

  /** Fisher and Yates, with the xorshift of Marsaglia (2003): its bias, below 2^-26 per step, decides nothing. */
  #shuffle(lines: number[]): void {
    for (let i = lines.length - 1; i > 0; i--) {
      let x = this.#state;
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      this.#state = x;
      const j = Math.floor(((x >>> 0) * (i + 1)) / 0x1_0000_0000);
      const line = lines[i] as number;
      lines[i] = lines[j] as number;
      lines[j] = line;
    }
  }
}

/**
 * Where the switches of a network send what. Built once; a hop costs a few array reads, and a choice where there are
 * several ways. A switch knows of its own links when they are down and uses the others; of those further on it does not.
 */
export class RoutingTable {
  readonly #packets: PacketPool;
  readonly #spray: Spray;
  /** By NIC number: the switch it is at. The entry behind the last is for an address that no NIC has. */
  readonly #homes: Int32Array;
  /** By NIC number: the port that leads to it, and its line while that is up, else NOWHERE. */
  readonly #ports: SwitchPort[] = [];
  readonly #linesUp: number[] = [];
  /** By NIC number: the column of its switch in the tables below. */
  readonly #columns: Int32Array;
  /** Switches that have NICs: their columns. */
  readonly #columnOf = new Map<number, number>();
  readonly #width: number;
  /** A row for each switch: the line for each column, or NOWHERE, or -2 - g if group g has several lines. */
  readonly #ways: Int32Array;
  /** The same: index of the group, whether its lines are up or down. */
  readonly #groupOf: Int32Array;
  readonly #groups: PortGroup[] = [];

  /** @param homes by NIC number: index of the switch it is at. */
  constructor(packets: PacketPool, homes: readonly number[], switches: number, spray: Spray) {
    this.#packets = packets;
    this.#spray = spray;
    this.#homes = Int32Array.from([...homes, NOWHERE]);
    for (const home of homes) {
      if (!this.#columnOf.has(home)) this.#columnOf.set(home, this.#columnOf.size);
    }
    this.#width = this.#columnOf.size;
    this.#columns = Int32Array.from([...homes.map((home) => this.#columnOf.get(home) ?? NOWHERE), NOWHERE]);
    this.#ways = new Int32Array(switches * this.#width).fill(NOWHERE);
    this.#groupOf = new Int32Array(this.#ways.length).fill(NOWHERE);
  }

  /** NICs are told in the order of their numbers. */
  addNic(port: SwitchPort): void {
    this.#ports.push(port);
    this.#linesUp.push(port.line.index);
  }

  addGroup(group: PortGroup): number {
    return this.#groups.push(group) - 1;
  }

  /** From switch `at`, the NICs of switch `home` are reached by `group`. */
  addWay(at: number, home: number, group: number): void {
    const way = at * this.#width + (this.#columnOf.get(home) as number);
    this.#groupOf[way] = group;
    this.#setWay(way);
  }

  /** The line by which switch `at` sends a packet, by index; NOWHERE: there is none, or it is down. */
  lineFor(at: number, packet: number): number {
    const nicNumber = this.#packets.words[16 * packet + PacketWord.NIC_NUMBER] as number;
    const home = this.#homes[nicNumber] as number;
    if (home === at) return this.#linesUp[nicNumber] as number;
    if (home === NOWHERE) return NOWHERE;
    const way = this.#ways[at * this.#width + (this.#columns[nicNumber] as number)] as number;
    if (way >= NOWHERE) return way;
    const group = this.#groups[-2 - way] as PortGroup;
    return this.#spray === 'packet' ? group.nextInTurn() : group.forFlow(this.#packets.at(packet));
  }

  /** Why there is no line for a packet. */
  outageFor(at: number, { nicNumber }: Packet): DropReason {
    return this.portsFor(at, nicNumber)[0]?.line.outage ?? DropReason.NO_ROUTE;
  }

  /** The line of a port went down or came up. */
  refresh(port: SwitchPort): void {
    this.#ports.forEach((other, nicNumber) => {
      if (other === port) this.#linesUp[nicNumber] = port.line.isUp ? port.line.index : NOWHERE;
    });
    for (const group of this.#groups) if (group.all.includes(port)) group.refresh();
    for (let way = 0; way < this.#ways.length; way++) this.#setWay(way);
  }

  /** All ports of switch `at` that lead to a NIC, up or down. */
  portsFor(at: number, nicNumber: number): readonly SwitchPort[] {
    if (this.#homes[nicNumber] === at) return [this.#ports[nicNumber] as SwitchPort];
    const column = this.#columns[nicNumber] as number;
    if (column === NOWHERE) return [];
    return this.#groups[this.#groupOf[at * this.#width + column] as number]?.all ?? [];
  }

  #setWay(way: number): void {
    const group = this.#groupOf[way] as number;
    const { up } = this.#groups[group] ?? { up: [] };
    this.#ways[way] = up.length > 1 ? -2 - group : (up[0] ?? NOWHERE);
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
