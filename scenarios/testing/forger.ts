import type { Extension } from '../run/index.ts';
import type { EventHandler, Kernel } from '../../sim/kernel/kernel.ts';
import { hostAddress, hostOf, nicOf, portOf } from '../../sim/net/address.ts';
import type { Monitor, MonitorPoint, Network, Packet, Verdict } from '../../sim/net/index.ts';
import type { Rng } from '../../sim/random/rng.ts';

/** One in so many packets is captured. */
const CAPTURED_ONE_IN = 16;
/** Datagrams at hand, to be joined with others. */
const KEPT_MAX = 8;
const SHORTEST_NS = 500;
/** Doublings of it: up to 16 ms. */
const DOUBLINGS = 15;
/** Some wait longer than any peer has patience, and for another incarnation. */
const LATER_NS = 1_000_000_000;
const LATER_MAX = 30;
const NOISE_BYTES_MAX = 120;
/** One in so many of what is captured is not let through, as long as there are faults anyway: it comes late, or never. */
const HELD_ONE_IN = 3;
const HOLDS_UNTIL_NS = 10_000_000;
/** Its packets are counted from here down, apart from copies that faults make. */
const FIRST_ID: number = -(2 ** 40);

interface Capture {
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly destination: number;
}

type Forgery = (capture: Capture) => Capture;

/**
 * An attacker on the path who can hold packets back, and send everything that he has seen, whenever he likes: again, to others, from
 * others, cut, joined, with bits flipped; and noise. Nothing of it may have an effect, so all else that is checked must hold. REQ DST-5, SEC-2
 */
export const forger: Extension = {
  path: import.meta.url,
  extend: ({ kernel, network, rng }) => network.addMonitor(new Forger(kernel, network, rng.fork('forger'))),
};

class Forger implements Monitor, EventHandler {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #rng: Rng;
  readonly #kept: Capture[] = [];
  readonly #pending: Map<number, Capture> = new Map<number, Capture>();
  #forged = 0;
  readonly #forgeries: readonly Forgery[] = [
    (capture) => capture,
    (capture) => capture,
    (capture) => capture,
    (capture) => ({ ...capture, destination: this.#elsewhere(capture.destination) }),
    (capture) => ({ ...capture, source: this.#elsewhere(capture.source) }),
    (capture) => ({ ...capture, bytes: this.#flipped(capture.bytes) }),
    (capture) => ({
      ...capture,
      bytes: capture.bytes.subarray(0, this.#rng.below(capture.bytes.length + 1)),
    }),
    (capture) => ({ ...capture, bytes: this.#joined(capture.bytes) }),
    (capture) => ({ ...capture, bytes: this.#noise() }),
  ];

  constructor(kernel: Kernel, network: Network, rng: Rng) {
    this.#kernel = kernel;
    this.#network = network;
    this.#rng = rng;
  }

  onPacket(point: MonitorPoint, packet: Packet): Verdict {
    if (point !== 'egress' || packet.unreachable !== null) return 'pass';
    if (this.#rng.below(CAPTURED_ONE_IN) > 0) return 'pass';
    const capture = this.#capture(packet);
    this.#kept[this.#rng.below(KEPT_MAX)] = capture;
    const isHeld = this.#kernel.now < HOLDS_UNTIL_NS && this.#rng.below(HELD_ONE_IN) === 0;
    this.#plan(isHeld ? capture : this.#forgery()(capture));
    return isHeld ? 'drop' : 'pass';
  }

  #forgery(): Forgery {
    return this.#forgeries[this.#rng.below(this.#forgeries.length)] as Forgery;
  }

  /** What the packet carries by reference stays as it is. */
  #capture(packet: Packet): Capture {
    const copy = this.#network.packets.take();
    copy.copyOf(packet);
    const { source, destination } = packet;
    const bytes = copy.datagram().slice();
    copy.release();
    return { bytes, source, destination };
  }

  #plan(capture: Capture): void {
    const rng = this.#rng;
    const number = this.#forged++;
    this.#pending.set(number, capture);
    const delayNs =
      rng.below(4) === 0
        ? LATER_NS * rng.below(LATER_MAX) + rng.below(LATER_NS)
        : SHORTEST_NS + rng.below(SHORTEST_NS << rng.below(DOUBLINGS));
    this.#kernel.schedule(this.#kernel.now + delayNs, this, number);
  }

  onEvent(number: number): void {
    const forged = this.#pending.get(number);
    this.#pending.delete(number);
    if (forged === undefined) return;
    const { fabric, packets } = this.#network;
    const { bytes, source, destination } = forged;
    const packet = packets.take();
    packet.fill(bytes);
    packet.source = source;
    packet.destination = destination;
    packet.nicNumber = fabric.nicNumber(destination);
    packet.wireBytes = bytes.length + fabric.headerBytes;
    packet.sentNs = this.#kernel.now;
    packet.id = FIRST_ID - number;
    this.#network.nic(hostOf(destination), nicOf(destination)).receive(packet.index);
  }

  #elsewhere(address: number): number {
    const host = this.#rng.below(this.#network.hosts.length);
    return hostAddress(host, nicOf(address), portOf(address));
  }

  #flipped(bytes: Uint8Array): Uint8Array {
    const flipped = bytes.slice();
    const bit = this.#rng.below(Math.max(bytes.length * 8, 1));
    if (bytes.length > 0) flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    return flipped;
  }

  #joined(bytes: Uint8Array): Uint8Array {
    const other = this.#kept[this.#rng.below(KEPT_MAX)]?.bytes ?? this.#noise();
    const room = this.#network.packets.datagramBytesMax;
    const joined = new Uint8Array(Math.min(bytes.length + other.length, room));
    joined.set(bytes);
    joined.set(other.subarray(0, joined.length - bytes.length), bytes.length);
    return joined;
  }

  #noise(): Uint8Array {
    const noise = new Uint8Array(this.#rng.below(NOISE_BYTES_MAX));
    this.#rng.fill(noise);
    return noise;
  }
}
