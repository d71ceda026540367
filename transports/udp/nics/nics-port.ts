import type { Address } from '../../../protocol/core/address.ts';
import { NANOS_PER_MILLI, NANOS_PER_SECOND, type Nanos } from '../../../protocol/core/units.ts';
import type { OnHeard } from '../../../protocol/endpoint/config.ts';
import { NicMonitor, type NicStatus } from '../../../protocol/router/nic-monitor.ts';
import { NicPaths, type NicPatience } from '../../../protocol/router/nic-paths.ts';
import type { TransmitBuffer } from '../../../protocol/transmit.ts';
import { codeOf, type TransportEventSubscriber } from '../../events.ts';
import type { EventLoop } from '../../inline/event-loop.ts';
import type { PortInput, SentCallback } from '../../inline/port.ts';
import type { Ffi } from '../../native/ffi.ts';
import type { BoundPort } from '../bound-port.ts';
import type { UdpFeature } from '../linux/features.ts';
import type { SocketBufferSizes } from '../socket-buffers.ts';
import { NicWatch, nicsThatRun, type LookAtNics } from './nic-watch.ts';
import { WayBook } from './way-book.ts';

/** An event loop reads its sockets late when it has much to do, up to 25 ms as a rule. */
const PATIENCE: NicPatience = {
  followNs: 50 * NANOS_PER_MILLI,
  unanswered: 4,
  unansweredNs: 100 * NANOS_PER_MILLI,
  retryNs: NANOS_PER_SECOND,
};
/** Ways are between so many NICs at either end, at most. */
const NICS = 16;
/** What was sent so long ago is not under way any more. */
const BUSY_NS: Nanos = 100 * NANOS_PER_MILLI;
/** The kernel knows no way from there: not a matter of the datagram, nor of a process that is gone. */
const NO_WAY: ReadonlySet<string> = new Set([
  'ENETDOWN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENODEV',
  'ENXIO',
  'EADDRNOTAVAIL',
]);

/** Of one NIC. REQ MNIC-6 */
export interface NicStats extends NicStatus {
  readonly name: string;
}

export interface NicsPortConfig {
  readonly loop: EventLoop;
  /** Home first. */
  readonly names: readonly string[];
  /** One for each. */
  readonly ports: readonly BoundPort[];
  readonly onEvent: TransportEventSubscriber;
  readonly look?: LookAtNics;
}

/**
 * Sockets at several NICs as one port. The endpoint knows one address of each peer; each run takes the way that works, from one of our NICs to one of the
 * peer's, and what comes back by any of them is from that address. REQ MNIC-5, ROUTE-6 · MUST LANE-3
 */
export class NicsPort implements BoundPort {
  readonly buffers: SocketBufferSizes;
  readonly paths: number;
  readonly ffi: Ffi | undefined;
  readonly #config: NicsPortConfig;
  readonly #ports: readonly BoundPort[];
  readonly #ways: NicPaths;
  readonly #book: WayBook;
  readonly #watch: NicWatch;
  readonly #monitor: NicMonitor;
  readonly #sentNs: Nanos[];
  /** Of the datagram that the endpoint is looking at. */
  #at = 0;
  #from: Address = 0;
  #bytes = 0;

  constructor(config: NicsPortConfig) {
    const { ports, names, loop } = config;
    this.#config = config;
    this.#ports = ports;
    this.buffers = {
      receiveBytes: Math.min(...ports.map(({ buffers }) => buffers.receiveBytes)),
      sendBytes: Math.min(...ports.map(({ buffers }) => buffers.sendBytes)),
    };
    this.paths = Math.max(...ports.map(({ paths }) => paths));
    this.ffi = ports[0]?.ffi;
    this.#monitor = new NicMonitor(ports.length);
    this.#sentNs = ports.map(() => -BUSY_NS);
    this.#watch = new NicWatch(loop, names, config.look ?? nicsThatRun, this.#onCarrier);
    this.#book = new WayBook((key) => this.#ways.forget(key));
    this.#ways = new NicPaths({
      self: 0,
      nics: NICS,
      planes: 1,
      isUp: (nic) => this.#watch.up[nic] === true,
      isKnown: (key, far) => this.#book.byKey(key)?.far[far] !== undefined,
      homeOf: (key) => {
        const home = this.#book.byKey(key)?.home ?? 0;
        return { own: home, far: home };
      },
      turn: 0,
      patience: PATIENCE,
    });
  }

  get gathers(): boolean {
    return this.#ports.every(({ gathers }) => gathers === true);
  }

  /** By NIC. */
  get addresses(): Address[] {
    return this.#ports.map(({ addresses }) => addresses[0] as Address);
  }

  get features(): UdpFeature[] {
    return this.#ports[0]?.features ?? [];
  }

  get datagramsUnanswerable(): number {
    return this.#ports.reduce((sum, port) => sum + port.datagramsUnanswerable, 0);
  }

  get nics(): NicStats[] {
    return this.#monitor.nics.map((status, nic) => ({ name: this.#config.names[nic] as string, ...status }));
  }

  /** A peer is to be called that has these addresses, in the order of its NICs. */
  know(addresses: readonly Address[]): void {
    this.#book.call(addresses);
  }

  /** For the endpoint. */
  readonly onHeard: OnHeard = (peer, isControl) => {
    const nowNs = this.#config.loop.now();
    const host = this.#book.learn(peer, this.#at, this.#from, isControl, nowNs);
    const known = host.far.indexOf(this.#from);
    this.#ways.onHeard(host.key, { own: this.#at, far: known < 0 ? this.#at : known }, nowNs);
    this.#monitor.onHeard(this.#at, 0, this.#bytes, nowNs);
    this.#bytes = 0;
  };

  send(run: TransmitBuffer, sent: SentCallback): number {
    const nowNs = this.#config.loop.now();
    const { destination } = run;
    const host = this.#book.of(destination) ?? this.#book.learn(destination, 0, destination, true, nowNs);
    const way = this.#ways.to(host.key, nowNs);
    run.destination = host.far[way.far] ?? destination;
    this.#sentNs[way.own] = nowNs;
    this.#monitor.onSent(way.own, run.lengthBytes);
    const port = this.#ports[way.own] as BoundPort;
    return port.send(run, (error) => {
      if (error !== null && NO_WAY.has(codeOf(error))) {
        this.#ways.onUnreachable(host.key, way, this.#config.loop.now());
      }
      sent(error);
    });
  }

  backlog(): number {
    return this.#ports.reduce((sum, port) => sum + port.backlog(), 0);
  }

  receive(input: PortInput): void {
    this.#ports.forEach((port, nic) =>
      port.receive({
        datagram: (from, bytes, isMarked, segmentBytes) => {
          this.#at = nic;
          this.#from = from;
          this.#bytes = bytes.length;
          input.datagram(this.#book.of(from)?.address ?? from, bytes, isMarked, segmentBytes);
        },
        unreachable: input.unreachable,
      }),
    );
  }

  poll(): boolean {
    let isAny = false;
    for (const port of this.#ports) isAny = port.poll() || isAny;
    return isAny;
  }

  setKeepAlive(keepAlive: boolean): void {
    for (const port of this.#ports) port.setKeepAlive(keepAlive);
  }

  async close(): Promise<void> {
    this.#watch.close();
    await Promise.all(this.#ports.map((port) => port.close()));
  }

  readonly #onCarrier = (nic: number, isUp: boolean): void => {
    const nowNs = this.#config.loop.now();
    const isBusy = this.#sentNs.some((atNs) => nowNs - atNs < BUSY_NS);
    this.#monitor.onCarrier(nic, isUp, isBusy ? [0] : [], nowNs);
    this.#ways.onCarrier(nowNs);
    this.#config.onEvent({ type: 'nic-changed', nic: this.#config.names[nic] as string, isUp });
  };
}
