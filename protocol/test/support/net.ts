import { NEVER } from '../../core/units.ts';
import type { Address } from '../../core/address.ts';
import type { CryptoSuite } from '../../crypto/suite.ts';
import type { EndpointConfig } from '../../endpoint/endpoint.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import { TransmitBuffer } from '../../transmit.ts';
import { SimCrypto } from '../../../sim/crypto/sim-crypto.ts';
import { Rng } from '../../../sim/random/rng.ts';
import { Node } from './node.ts';

/** One datagram as an endpoint sent it. */
export interface Datagram {
  /** Counts the datagrams of the net from 0, in the order they were sent. */
  index: number;
  from: Address;
  to: Address;
  sentAt: number;
  bytes: Uint8Array;
}

/** One arrival of a datagram: as it is, unless a field says otherwise. */
export interface Delivery {
  bytes?: Uint8Array;
  delayNs?: number;
  from?: Address;
}

/** Decides what becomes of a datagram: `[]` drops it, two deliveries duplicate it, undefined leaves it alone. */
export type Hook = (datagram: Datagram) => Delivery[] | undefined;

/** Quick timers, so that a test with losses ends after little virtual time. */
export const TEST_OPTIONS: Partial<EndpointOptions> = {
  rateBps: 10_000_000_000,
  initialRttNs: 20_000,
  ackDelayNs: 5_000,
  lossDelayMinNs: 10_000,
  peerTimeoutNs: 20_000_000,
};

/** Most runs one drain may send: more is an endpoint that talks to itself. */
const RUNS_PER_DRAIN_MAX = 100_000;
const STEPS_MAX = 1_000_000;

interface Event {
  at: number;
  run(): void;
}

/**
 * Endpoints on a network of constant latency in virtual time, after quinn-proto's `Pair`. Nothing is random but by a hook, so a
 * run is a function of the test alone. Every drain follows the order that `Endpoint` documents.
 */
export class Net {
  now = 0;
  latencyNs = 10_000;
  hook: Hook | undefined;
  /** Every datagram sent since the last `forget`. */
  sent: Datagram[] = [];
  readonly crypto: CryptoSuite;
  readonly nodes: Node[] = [];
  readonly options: Partial<EndpointOptions>;
  private readonly rng = new Rng(1);
  private readonly events: Event[] = [];
  /** One that gathers does not change what is sent. */
  out: TransmitBuffer = new TransmitBuffer(65_536);
  piecesJoined = 0;
  private sentCount = 0;

  constructor(options: Partial<EndpointOptions> = {}, crypto: CryptoSuite = new SimCrypto()) {
    this.options = { ...TEST_OPTIONS, ...options };
    this.crypto = crypto;
  }

  /** A node with an endpoint of its own; `config.options` add to those of the net. */
  addNode(config: Partial<EndpointConfig> = {}): Node {
    const node = new Node(this, this.nodes.length + 1, config);
    this.nodes.push(node);
    return node;
  }

  /** A stream of randomness that no other consumer shifts. */
  fork(name: string): Rng {
    return this.rng.fork(name);
  }

  node(address: Address): Node | undefined {
    return this.nodes.find((node) => node.address === address);
  }

  at(at: number, run: () => void): void {
    const event = { at, run };
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      // Descending, so that the next event is the last; among equals the one scheduled first.
      if (this.events[middle]!.at > at) low = middle + 1;
      else high = middle;
    }
    this.events.splice(low, 0, event);
  }

  /** Drains all nodes, then runs until nothing is left to happen (`idle`) or until `untilNs`. */
  run(untilNs = NEVER): 'idle' | 'until' {
    for (const node of this.nodes) this.drain(node);
    for (let steps = 0; ; steps += 1) {
      if (steps > STEPS_MAX) throw new Error(`no end after ${STEPS_MAX} steps, at ${this.now} ns`);
      const at = this.next();
      if (at === NEVER) return 'idle';
      if (at > untilNs) {
        this.now = untilNs;
        return 'until';
      }
      // A timeout may lie in the past: something has waited for the pacer meanwhile.
      this.now = Math.max(at, this.now);
      this.step();
    }
  }

  private next(): number {
    let at = this.events.at(-1)?.at ?? NEVER;
    for (const node of this.nodes) at = Math.min(at, node.timeoutAt);
    return at;
  }

  private step(): void {
    if (this.events.at(-1)?.at === this.now) {
      this.events.pop()!.run();
      return;
    }
    for (const node of this.nodes) {
      if (node.timeoutAt > this.now) continue;
      node.endpoint.handleTimeout(this.now);
      this.drain(node);
      return;
    }
  }

  deliver(to: Address, from: Address, bytes: Uint8Array): void {
    const node = this.node(to);
    if (node === undefined || node.crashed) return;
    // The endpoint may not keep what it was given: it is overwritten after the return.
    const lent = bytes.slice();
    node.endpoint.handleDatagram(this.now, from, lent);
    lent.fill(0xee);
    this.drain(node);
  }

  /** The drain of the core contract: events, transmissions, next timeout. */
  drain(node: Node): void {
    if (node.crashed) return;
    const { endpoint } = node;
    const { out } = this;
    for (let runs = 0; ; runs += 1) {
      if (runs > RUNS_PER_DRAIN_MAX) throw new Error('a drain does not end');
      node.pool?.dispatch();
      for (let event = endpoint.pollEvent(); event !== undefined; event = endpoint.pollEvent()) {
        node.onEvent(event);
      }
      if (!endpoint.pollTransmit(this.now, out)) break;
      this.piecesJoined += out.pieces.count;
      out.join();
      for (let at = 0; at < out.lengthBytes; at += out.segmentBytes) {
        this.send(
          node,
          out.destination,
          out.bytes.slice(at, Math.min(at + out.segmentBytes, out.lengthBytes)),
        );
      }
    }
    node.nic?.read(this, node);
    node.timeoutAt = endpoint.nextTimeout();
  }

  private send(node: Node, to: Address, bytes: Uint8Array): void {
    const { mtuBytes, datagramHeaderBytes } = node.endpoint.options;
    if (bytes.length === 0 || bytes.length > mtuBytes - datagramHeaderBytes) {
      throw new Error(`a datagram of ${bytes.length} bytes was sent`);
    }
    const datagram = { index: this.sentCount++, from: node.address, to, sentAt: this.now, bytes };
    this.sent.push(datagram);
    for (const delivery of this.hook?.(datagram) ?? [{}]) {
      const at = this.now + (delivery.delayNs ?? this.latencyNs);
      this.at(at, () => this.deliver(to, delivery.from ?? node.address, delivery.bytes ?? bytes));
    }
  }
}
