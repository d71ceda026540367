import { Endpoint } from '../../protocol/endpoint/endpoint.ts';
import type { EndpointConfig } from '../../protocol/endpoint/endpoint.ts';
import type { EndpointCounters } from '../../protocol/telemetry/generated/counters.ts';
import { newCounters } from '../../protocol/telemetry/generated/counters.ts';
import { NEVER } from '../../protocol/core/units.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { SharedBytes } from '../../protocol/core/shared-bytes.ts';
import { Pool } from '../../protocol/pool/pool.ts';
import type { Handler, HandlerResult } from '../../protocol/pool/pool.ts';
import type { Driver } from '../../protocol/pool/driver.ts';
import type { TransmitBuffer } from '../../protocol/transmit.ts';
import type { EventHandler, EventId, Kernel } from '../kernel/kernel.ts';
import { NO_EVENT } from '../kernel/kernel.ts';
import type { Contender } from '../kernel/choice.ts';
import { childId } from '../kernel/identity.ts';
import type { Resource } from '../kernel/resource.ts';
import { hostPlace } from '../net/places.ts';
import type { HostPort, Nic } from '../net/nic.ts';
import type { Packet } from '../net/packet.ts';
import type { Unreachable } from '../net/unreachable.ts';
import { hostAddress, hostOf, nicOf, portOf } from '../net/address.ts';
import { Ecn } from '../net/ecn.ts';
import { Coalescer } from './coalescer.ts';
import type { ReceiveRun } from './coalescer.ts';
import { HostState } from './host-state.ts';
import { LocalClock } from './local-clock.ts';
import { NicPaths } from './nic-paths.ts';
import { SlowApp } from './slow-app.ts';

const WAKE = 0;
const KICK = 1;
const POLL = 2;
const EVENTS: readonly Contender['kind'][] = ['timer', 'wake', 'delivery'];
const FIRST = { own: 0, far: 0 };

/** Told of each packet as it crosses between endpoint and NIC; for captures and sequence diagrams. */
export interface HostTap {
  /** `packet` was handed to the network: read its id, nothing else is ours any more. */
  sent(host: SimHost, packet: Packet): void;
  /** `newBytes`: payload in it that had not arrived before. */
  received(host: SimHost, packet: Packet, newBytes: number): void;
}

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
  /** For the endpoint of incarnation 0, 1, …; each draws random numbers of its own. */
  endpoint: (incarnation: number) => EndpointConfig;
  /** A new incarnation has begun: its endpoint knows nobody. */
  onRestart: (host: SimHost) => void;
}

/**
 * Binds one endpoint and its pool to simulated NICs: the driver of the simulator. The endpoint is the production code; what is
 * simulated is the time it is told and the network its packets cross. REQ SIM-1 … SIM-5, TRN-4
 *
 * A host may be down, and come back with a new endpoint and pool; it may do nothing for a while; its clock may be wrong.
 */
export class SimHost implements HostPort, Driver, EventHandler {
  readonly index: number;
  readonly nics: readonly Nic[];
  /** Those of the present incarnation, or of the last one while the host is down. */
  endpoint: Endpoint;
  pool: Pool;
  /** Restarts so far. */
  incarnation = 0;
  /** Whether it is up, and doing something. */
  readonly state: HostState;
  readonly app: SlowApp;
  tap: HostTap | undefined;
  /** Told when the host goes down; what its application waited for never comes. */
  onCrash: (() => void) | undefined;
  private readonly kernel: Kernel;
  /** For whoever watches. */
  private readonly place: Resource | undefined;
  private readonly config: HostConfig;
  /** Undefined: there is one NIC. */
  private readonly paths: NicPaths | undefined;
  private readonly out: TransmitBuffer;
  private readonly coalescer: Coalescer | undefined;
  /** An event will take what waits in `coalescer`. */
  private willPoll = false;
  private readonly past: EndpointCounters = newCounters();
  /** Null: it shows the true time. */
  private clock: LocalClock | null = null;
  private roomLimits: readonly { readonly roomBytes: number }[] = [];
  private handler: Handler | undefined;
  private wakeAt: Nanos = NEVER;
  private wakeId: EventId = NO_EVENT;
  private kicked = false;
  private draining = false;
  private waitsForRoom = false;

  constructor(config: HostConfig) {
    const { kernel, nics } = config;
    this.config = config;
    this.kernel = kernel;
    this.nics = nics;
    this.index = (nics[0] as Nic).host;
    this.paths = nics.length === 1 ? undefined : new NicPaths(this.index, nics, config.planes);
    this.state = new HostState(nics);
    this.app = new SlowApp(kernel);
    this.endpoint = new Endpoint(config.endpoint(0));
    this.pool = new Pool(this.endpoint, this);
    this.out = config.out;
    this.coalescer = config.gro === undefined ? undefined : new Coalescer(config.gro.bytesMax);
    for (const nic of nics) nic.bind(this);
    const { id, label } = hostPlace(this.index);
    this.place = kernel.resource(id, label);
  }

  /** Takes requests, also after restarts. */
  serve(handler: Handler): void {
    this.handler = handler;
    this.pool.serve(handler);
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

  kick(): void {
    // The pool may be called from another host's event, as when an exchange there was waited for.
    this.place?.write();
    if (this.kicked || this.draining) return;
    this.kicked = true;
    this.kernel.schedule(this.kernel.now, this, KICK);
  }

  touchPromise(): void {
    this.kernel.touchPromise();
  }

  /** Payload that had not arrived before, of all incarnations. */
  get payloadBytesFirst(): Bytes {
    const present = this.state.isUp ? this.endpoint.counters.payloadBytesFirst : 0;
    return this.past.payloadBytesFirst + present;
  }

  /** Totals of all incarnations. */
  counters(): EndpointCounters {
    const total = { ...this.past };
    if (this.state.isUp) addCounters(total, this.endpoint.counters);
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
    const newBytes = this.hand(packet, packet.headers(), shared ?? undefined, sharedStart);
    this.tap?.received(this, packet, newBytes);
    packet.release();
    this.drain();
  }

  /** Packets that have arrived and were not taken. */
  get heldPackets(): number {
    return this.state.heldPackets + (this.coalescer?.packets ?? 0);
  }

  /** The endpoint is given a datagram that came as `packet` did. Returns the bytes of payload that it had not had. */
  private hand(packet: Packet, bytes: Uint8Array, shared?: SharedBytes, sharedStart?: number): Bytes {
    const { counters } = this.endpoint;
    const before = counters.payloadBytesFirst;
    const refusedBefore = this.paths === undefined ? 0 : refusals(counters);
    const { source, destination } = packet;
    const isMarked = packet.ecn === Ecn.CE;
    this.endpoint.handleDatagram(this.now(), source, bytes, shared, sharedStart, isMarked);
    if (this.paths !== undefined && refusals(counters) === refusedBefore)
      this.paths.onHeard(hostOf(source), { own: nicOf(destination), far: nicOf(source) }, this.kernel.now);
    return counters.payloadBytesFirst - before;
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
    let newBytes = this.hand(packets[0] as Packet, coalescer.datagram(run));
    for (const packet of packets) {
      this.tap?.received(this, packet, newBytes);
      // They are of the run as a whole.
      newBytes = 0;
      packet.release();
    }
  }

  onUnreachable({ source, destination, quoted }: Unreachable): void {
    this.paths?.onUnreachable(
      hostOf(destination),
      { own: nicOf(source), far: nicOf(destination) },
      this.kernel.now,
    );
    this.endpoint.handleSignal(this.now(), { type: 'unreachable', quoted });
    this.drain();
  }

  onCarrier(): void {
    this.paths?.onCarrier();
    this.drain();
  }

  onTransmitRoom(): void {
    this.waitsForRoom = false;
    this.drain();
  }

  competes(kind: number): Contender {
    const place = hostPlace(this.index);
    const id = childId(place.id as number, 1 + kind);
    return { kind: EVENTS[kind] as Contender['kind'], id, label: place.label, touches: [place] };
  }

  onEvent(kind: number): void {
    if (kind === KICK) {
      this.kicked = false;
    } else if (kind === POLL) {
      this.willPoll = false;
      this.poll();
    } else {
      this.wakeId = NO_EVENT;
      this.wakeAt = NEVER;
      if (this.state.isRunning) this.endpoint.handleTimeout(this.now());
    }
    this.drain();
  }

  /** The drain of the core contract: events, transmissions, next timeout. */
  private drain(): void {
    if (!this.state.isRunning) return;
    const { endpoint, out } = this;
    const now = this.now();
    this.draining = true;
    this.pool.dispatch();
    let full = this.fullNic();
    while (full === undefined) {
      if (!endpoint.pollTransmit(now, out)) {
        this.draining = false;
        this.wake(endpoint.nextTimeout());
        return;
      }
      this.send();
      full = this.fullNic();
    }
    this.draining = false;
    if (this.waitsForRoom) return;
    this.waitsForRoom = true;
    full.requestRoom();
  }

  /** A NIC that could be next, and has no room for a run. */
  private fullNic(): Nic | undefined {
    const { nics, out } = this;
    const runBytes = out.bytes.length >> 2;
    for (const nic of nics) {
      if (!nic.hasRoom(runBytes) && (nic.uplink.isUp || nics.length === 1)) return nic;
    }
    return undefined;
  }

  /** A run of segments goes to one NIC together (GSO), and one way. */
  private send(): void {
    const { out } = this;
    const peer = hostOf(out.destination as number);
    const path = this.paths?.to(peer, this.kernel.now) ?? FIRST;
    const nic = this.nics[path.own] as Nic;
    const destination = hostAddress(peer, path.far, portOf(out.destination as number));
    for (let at = 0, i = 0; at < out.lengthBytes; at += out.segmentBytes, i++) {
      const packet = nic.take();
      const length = Math.min(out.segmentBytes, out.lengthBytes - at);
      const shared = out.shared[i];
      if (shared === undefined) packet.fill(out.bytes, at, length);
      else
        packet.refer(
          out.bytes,
          at,
          out.headerBytes[i] as number,
          length,
          shared,
          out.sharedStart[i] as number,
        );
      packet.source += out.path;
      packet.destination = destination;
      packet.ecn = Ecn.ECT_0;
      packet.priority = out.networkPriority;
      nic.send(packet);
      this.tap?.sent(this, packet);
    }
  }

  /** One wake-up is kept; one that is early enough already is left, and looks again when it fires. */
  private wake(at: Nanos): void {
    if (at >= this.wakeAt) return;
    this.forgetWake();
    this.wakeAt = at;
    const { now } = this.kernel;
    const trueAt = this.clock === null ? Math.max(at, now) : this.clock.trueTimeOf(at, now);
    this.wakeId = this.kernel.schedule(trueAt, this, WAKE);
  }

  private forgetWake(): void {
    if (this.wakeId !== NO_EVENT) this.kernel.cancel(this.wakeId);
    this.wakeId = NO_EVENT;
    this.wakeAt = NEVER;
  }

  // --- faults --------------------------------------------------------------------------------------------

  /** Everything is lost: endpoint, pool, timers, what waits at the NIC in either direction. */
  crash(comesBack: boolean): void {
    const wasUp = this.state.isUp;
    this.state.goDown(comesBack);
    if (!wasUp) return;
    addCounters(this.past, this.endpoint.counters);
    this.forgetWake();
    this.app.clear();
    this.coalescer?.clear();
    this.onCrash?.();
  }

  /** One reason to be down is over; after the last one a new incarnation begins. */
  restart(): void {
    this.state.comeUp(() => {
      this.incarnation += 1;
      this.endpoint = new Endpoint(this.config.endpoint(this.incarnation));
      this.pool = new Pool(this.endpoint, this);
      if (this.handler !== undefined) this.pool.serve(this.handler);
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
    this.forgetWake();
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
    this.endpoint.handleSignal(this.now(), { type: 'receive-room', bytes });
    this.drain();
  }
}

/** Packets that did not authenticate. */
function refusals(counters: Readonly<EndpointCounters>): number {
  const { refusedMalformed, refusedUnknown, refusedForged, refusedReplay } = counters;
  return refusedMalformed + refusedUnknown + refusedForged + refusedReplay;
}

function addCounters(total: EndpointCounters, more: Readonly<EndpointCounters>): void {
  for (const field of Object.keys(total) as (keyof EndpointCounters)[]) total[field] += more[field];
}
