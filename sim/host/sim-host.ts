import type { RandomSource } from '../../protocol/core/random.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { Endpoint, EndpointConfig } from '../../protocol/endpoint/endpoint.ts';
import type { ExchangeId } from '../../protocol/endpoint/events.ts';
import { resolveOptions } from '../../protocol/endpoint/options.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import { PoolCausality } from '../../protocol/pool/causality.ts';
import type { Tokens } from '../../protocol/pool/causality.ts';
import type { IncomingRequest } from '../../protocol/pool/incoming.ts';
import type { CallOptions, CallOutcome, HandlerResult, Pool } from '../../protocol/pool/pool.ts';
import { NicPaths } from '../../protocol/router/nic-paths.ts';
import type { NicPath } from '../../protocol/router/nic-paths.ts';
import type { NicStatus } from '../../protocol/router/nic-monitor.ts';
import { RoutedPool } from '../../protocol/router/routed-pool.ts';
import { newCounters } from '../../protocol/telemetry/generated/counters.ts';
import type { EndpointCounters } from '../../protocol/telemetry/generated/counters.ts';
import type { TransmitBuffer } from '../../protocol/transmit.ts';
import type { EventHandler, Kernel } from '../kernel/kernel.ts';
import type { Contender } from '../kernel/choice.ts';
import { childId } from '../kernel/identity.ts';
import { hostPlace } from '../net/places.ts';
import type { HostPort, Nic } from '../net/nic.ts';
import type { Packet } from '../net/packet.ts';
import type { Unreachable } from '../net/unreachable.ts';
import { nicOf } from '../net/address.ts';
import { Coalescer } from './coalescer.ts';
import type { ReceiveRun } from './coalescer.ts';
import { HostNics } from './host-nics.ts';
import { HostState } from './host-state.ts';
import { LocalClock } from './local-clock.ts';
import { hostOfKey, workerKey, workerOf, workerOfKey } from './ports.ts';
import { SimWorker, addCounters } from './sim-worker.ts';
import type { WorkerHost } from './sim-worker.ts';
import { SlowApp } from './slow-app.ts';

/** Beside those of the workers. */
const POLL = 2;

/** Told of each packet as it crosses between endpoint and NIC; for captures and sequence diagrams. */
export interface HostTap {
  /** `packet` was handed to the network: read its id, nothing else is ours any more. */
  sent(host: SimHost, packet: Packet): void;
  /** `newBytes`: payload in it that had not arrived before. */
  received(host: SimHost, packet: Packet, newBytes: number): void;
}

/** Answers a request that a worker of the host has. */
export type WorkerHandler = (
  request: IncomingRequest,
  worker: number,
) => HandlerResult | Promise<HandlerResult>;

/** Generic receive offload. */
export interface GroConfig {
  /** Longest datagram that is made of several. */
  bytesMax: Bytes;
  /** From the first packet that waits until the host takes all that wait. */
  delayNs: Nanos;
}

/** What a host is made of. */
export interface HostConfig {
  kernel: Kernel;
  /** At least one. */
  nics: readonly Nic[];
  /** NIC k is in the network k modulo `planes`. */
  planes: number;
  /** What endpoints send passes through here; all hosts of a thread may share it, as no two are drained at once. */
  out: TransmitBuffer;
  /** Absent: each packet is received by itself, at once. */
  gro?: GroConfig;
  /** Each has an endpoint of its own. */
  workers: number;
  /** For the endpoint of each worker in incarnation 0, 1, …; each draws random numbers of its own. */
  endpoint: (incarnation: number, worker: number) => EndpointConfig;
  /** Of the router of incarnation 0, 1, … */
  random: (incarnation: number) => RandomSource;
  /** A new incarnation has begun: its endpoint knows nobody. */
  onRestart: (host: SimHost) => void;
}

/**
 * Binds the endpoints of its workers to simulated NICs: the driver of the simulator. The endpoints are the production code; what is
 * simulated is the time they are told and the network their packets cross. REQ SIM-1 … SIM-5, TRN-4
 *
 * A host may be down, and come back with a new endpoint and pool; it may do nothing for a while; its clock may be wrong.
 */
export class SimHost implements HostPort, WorkerHost, EventHandler {
  readonly index: number;
  readonly kernel: Kernel;
  /** Without the array around it: each packet looks for it. */
  private readonly first: SimWorker;
  /** Whether it is up, and doing something. */
  readonly state: HostState;
  /** Null: it shows the true time. */
  private clock: LocalClock | null = null;
  tap: HostTap | undefined;
  private readonly coalescer: Coalescer | undefined;
  readonly nics: readonly Nic[];
  readonly workers: readonly SimWorker[];
  /** The pools of several workers; undefined if there is one. */
  routed: RoutedPool | undefined;
  /** Restarts so far. */
  incarnation = 0;
  readonly app: SlowApp;
  /** Told when the host goes down; what its application waited for never comes. */
  onCrash: (() => void) | undefined;
  private readonly config: HostConfig;
  /** Undefined: there is one NIC, and one worker. */
  private readonly ways: HostNics | undefined;
  /** An event will take what waits in `coalescer`. */
  private willPoll = false;
  private roomTurn = 0;
  private roomLimits: readonly { readonly roomBytes: number }[] = [];
  private handler: WorkerHandler | undefined;

  constructor(config: HostConfig) {
    const { kernel, nics, workers } = config;
    this.config = config;
    this.kernel = kernel;
    this.nics = nics;
    this.index = (nics[0] as Nic).host;
    this.state = new HostState(nics);
    this.app = new SlowApp(kernel);
    this.coalescer = config.gro === undefined ? undefined : new Coalescer(config.gro.bytesMax);
    this.ways = workers === 1 && nics.length === 1 ? undefined : new HostNics(nics);
    const configs = this.endpoints(0);
    const tokens = tokensOf(configs);
    this.workers = configs.map((endpoint, index) => {
      const paths = nics.length === 1 ? undefined : this.pathsOf(index);
      const worker = {
        host: this,
        index,
        paths,
        nics: this.ways,
        isShared: workers > 1,
        out: config.out,
      };
      return new SimWorker(worker, endpoint, tokens);
    });
    this.first = this.workers[0] as SimWorker;
    this.route();
    for (const nic of nics) nic.bind(this);
  }

  private endpoints(incarnation: number): EndpointConfig[] {
    return Array.from({ length: this.config.workers }, (_, worker) =>
      this.config.endpoint(incarnation, worker),
    );
  }

  private pathsOf(worker: number): NicPaths {
    const { nics, planes, workers } = this.config;
    const count = nics.length;
    return new NicPaths({
      self: workerKey(this.index, worker),
      nics: count,
      planes,
      isUp: (nic) => (nics[nic] as Nic).uplink.isUp,
      homeOf: (peer) => {
        if (workers > 1) return { own: worker % count, far: workerOfKey(peer) % count };
        // One worker spreads its peers over the NICs.
        const home = (this.index + hostOfKey(peer)) % count;
        return { own: home, far: home };
      },
      turn: Math.floor(worker / count),
    });
  }

  private route(): void {
    if (this.workers.length === 1) return;
    const random = this.config.random(this.incarnation);
    this.routed = new RoutedPool(
      this.workers.map(({ pool }) => pool),
      random,
    );
  }

  /** Of the first worker, which is the only one unless the host has several. */
  get endpoint(): Endpoint {
    return this.first.endpoint;
  }

  get pool(): Pool {
    return this.first.pool;
  }

  /** What its NICs carried, and how it went when one failed; undefined if there is one, with one worker. */
  get nicStatus(): readonly Readonly<NicStatus>[] | undefined {
    return this.ways?.monitor.nics;
  }

  get isRunning(): boolean {
    return this.state.isRunning;
  }

  /** Takes requests, also after restarts; `handler` is told which worker has it. */
  serve(handler: WorkerHandler): void {
    this.handler = handler;
    for (const { pool, index } of this.workers) pool.serve((request) => handler(request, index));
  }

  /** Begins a call to a peer as this host knows it. Returns the exchange if it is one of the first worker, else -1. */
  call(peer: PeerId, body: Uint8Array, options: CallOptions, outcome: CallOutcome): ExchangeId {
    if (this.routed === undefined) return this.pool.call(peer, body, options, outcome);
    const { worker, exchange } = this.routed.call(peer, body, options, outcome);
    return worker === 0 ? exchange : -1;
  }

  /** `result` as a handler's result: late, if the application is slow; `onLate` is called when it leaves then. */
  answer(result: HandlerResult, onLate: () => void): HandlerResult | Promise<HandlerResult> {
    if (!this.app.isSlow) return result;
    const { incarnation } = this;
    return new Promise((resolve) => {
      this.app.hold(() => {
        this.state.whenRunning(
          () => {
            if (incarnation !== this.incarnation) return;
            this.kernel.touchPromise();
            onLate();
            resolve(result);
          },
          () => {},
        );
      });
    });
  }

  /** What its clock shows. */
  now(): Nanos {
    return this.clock === null ? this.kernel.now : this.clock.read(this.kernel.now);
  }

  trueTimeOf(at: Nanos): Nanos {
    const { now } = this.kernel;
    return this.clock === null ? Math.max(at, now) : this.clock.trueTimeOf(at, now);
  }

  onSent(packet: Packet): void {
    this.tap?.sent(this, packet);
  }

  /** Payload that had not arrived before, of all incarnations. */
  get payloadBytesFirst(): Bytes {
    let bytes = 0;
    for (const { past, endpoint } of this.workers) {
      bytes += past.payloadBytesFirst;
      if (this.state.isUp) bytes += endpoint.counters.payloadBytesFirst;
    }
    return bytes;
  }

  /** Totals of all incarnations. */
  counters(): EndpointCounters {
    const total = newCounters();
    for (const { past, endpoint } of this.workers) {
      addCounters(total, past);
      if (this.state.isUp) addCounters(total, endpoint.counters);
    }
    return total;
  }

  // --- packets and time ----------------------------------------------------------------------------------

  onPacket(packet: Packet): void {
    const { coalescer } = this;
    if (coalescer !== undefined) {
      coalescer.add(packet);
      this.pollSoon();
      return;
    }
    const { shared, sharedStart } = packet;
    const worker = this.workerAt(packet.destination);
    const newBytes = worker?.hand(packet, packet.headers(), wayOf(packet), shared ?? undefined, sharedStart);
    this.tap?.received(this, packet, newBytes ?? 0);
    packet.release();
    worker?.drain();
  }

  /** Packets that have arrived and were not taken. */
  get heldPackets(): number {
    return this.state.heldPackets + (this.coalescer?.packets ?? 0);
  }

  private workerAt(address: number): SimWorker | undefined {
    const index = workerOf(address);
    return index === 0 ? this.first : this.workers[index];
  }

  private pollSoon(): void {
    if (this.willPoll) return;
    this.willPoll = true;
    this.kernel.post(this.kernel.now + (this.config.gro as GroConfig).delayNs, this, POLL);
  }

  /** Takes what has arrived; a host that does nothing leaves it. */
  private poll(): void {
    const { coalescer } = this;
    if (coalescer === undefined || !this.state.isRunning) return;
    for (const run of coalescer.take()) this.receive(coalescer, run);
  }

  private receive(coalescer: Coalescer, run: ReceiveRun): void {
    const { packets } = run;
    const first = packets[0] as Packet;
    let newBytes = this.workerAt(first.destination)?.hand(first, coalescer.datagram(run), wayOf(first)) ?? 0;
    for (const packet of packets) {
      this.tap?.received(this, packet, newBytes);
      // They are of the run as a whole.
      newBytes = 0;
      packet.release();
    }
  }

  onUnreachable({ source, destination, quoted }: Unreachable): void {
    const path = { own: nicOf(source), far: nicOf(destination) };
    this.workerAt(source)?.onUnreachable(destination, path, quoted);
  }

  onCarrier(): void {
    this.ways?.onCarrier((nic) => this.busyAt(nic), this.kernel.now);
    for (const worker of this.workers) worker.onCarrier();
  }

  /** Workers that have something under way, and sent by that NIC last or have their home there. */
  private busyAt(nic: number): number[] {
    const count = this.nics.length;
    return this.workers
      .filter((worker) => worker.isBusy && (worker.nic === nic || worker.index % count === nic))
      .map(({ index }) => index);
  }

  /** Each time another worker is the first to take it. */
  onTransmitRoom(): void {
    const { workers } = this;
    this.roomTurn = (this.roomTurn + 1) % workers.length;
    for (let i = 0; i < workers.length; i++)
      (workers[(this.roomTurn + i) % workers.length] as SimWorker).onTransmitRoom();
  }

  competes(): Contender {
    const place = hostPlace(this.index);
    return {
      kind: 'delivery',
      id: childId(place.id as number, 1 + POLL),
      label: place.label,
      touches: [place],
    };
  }

  onEvent(): void {
    this.willPoll = false;
    this.poll();
    this.drain();
  }

  private drain(): void {
    for (const worker of this.workers) worker.drain();
  }

  // --- faults --------------------------------------------------------------------------------------------

  /** Everything is lost: endpoint, pool, timers, what waits at the NIC in either direction. */
  crash(comesBack: boolean): void {
    const wasUp = this.state.isUp;
    this.state.goDown(comesBack);
    if (!wasUp) return;
    for (const worker of this.workers) worker.crash();
    this.app.clear();
    this.coalescer?.clear();
    this.onCrash?.();
  }

  /** One reason to be down is over; after the last one a new incarnation begins. */
  restart(): void {
    this.state.comeUp(() => {
      this.incarnation += 1;
      const configs = this.endpoints(this.incarnation);
      const tokens = tokensOf(configs);
      for (const worker of this.workers) worker.begin(configs[worker.index] as EndpointConfig, tokens);
      this.route();
      if (this.handler !== undefined) this.serve(this.handler);
      this.applyRoom();
      this.config.onRestart(this);
    });
    this.drain();
  }

  pause(comesBack: boolean): void {
    this.state.pause(comesBack);
  }

  resume(): void {
    this.state.resume();
    if (this.coalescer !== undefined && this.coalescer.packets > 0) this.pollSoon();
    this.drain();
  }

  /** Does something to its clock. */
  setClock(change: (clock: LocalClock) => void): void {
    this.clock ??= new LocalClock();
    this.clock.read(this.kernel.now);
    change(this.clock);
    for (const worker of this.workers) worker.forgetWake();
    this.drain();
  }

  /** The strictest limit counts. */
  limitRoom(limit: { readonly roomBytes: number }): void {
    this.roomLimits = [...this.roomLimits, limit];
    this.applyRoom();
  }

  unlimitRoom(limit: { readonly roomBytes: number }): void {
    this.roomLimits = this.roomLimits.filter((other) => other !== limit);
    this.applyRoom();
  }

  private applyRoom(): void {
    const bytes = Math.min(Number.MAX_SAFE_INTEGER, ...this.roomLimits.map(({ roomBytes }) => roomBytes));
    if (!this.state.isUp) return;
    for (const worker of this.workers) worker.signal({ type: 'receive-room', bytes });
  }
}

/** The way from this host's end. */
function wayOf({ source, destination }: Packet): NicPath {
  return { own: nicOf(destination), far: nicOf(source) };
}

/** What the workers of a host have in common. */
function tokensOf(configs: readonly EndpointConfig[]): Tokens | undefined {
  return configs.length === 1 ? undefined : PoolCausality.tokens(resolveOptions(configs[0]?.options ?? {}));
}
