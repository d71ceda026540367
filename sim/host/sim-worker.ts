import { NEVER } from '../../protocol/core/units.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { SharedBytes } from '../../protocol/core/shared-bytes.ts';
import { Endpoint } from '../../protocol/endpoint/endpoint.ts';
import type { EndpointConfig } from '../../protocol/endpoint/endpoint.ts';
import type { Signal } from '../../protocol/endpoint/signal.ts';
import type { Driver } from '../../protocol/pool/driver.ts';
import { Pool } from '../../protocol/pool/pool.ts';
import type { Tokens } from '../../protocol/pool/causality.ts';
import type { NicPath, NicPaths } from '../../protocol/router/nic-paths.ts';
import { newCounters } from '../../protocol/telemetry/generated/counters.ts';
import type { EndpointCounters } from '../../protocol/telemetry/generated/counters.ts';
import type { TransmitBuffer } from '../../protocol/transmit.ts';
import type { Contender } from '../kernel/choice.ts';
import { childId } from '../kernel/identity.ts';
import type { EventHandler, EventId, Kernel } from '../kernel/kernel.ts';
import { NO_EVENT } from '../kernel/kernel.ts';
import type { Resource } from '../kernel/resource.ts';
import { hostOf } from '../net/address.ts';
import { Ecn } from '../net/ecn.ts';
import type { Nic } from '../net/nic.ts';
import type { Packet } from '../net/packet.ts';
import { hostPlace } from '../net/places.ts';
import type { HostNics } from './host-nics.ts';
import { keyOfAddress, workerAddress, workerOf } from './ports.ts';

const WAKE = 0;
const KICK = 1;
const EVENTS: readonly Contender['kind'][] = ['timer', 'wake'];
/** Ids of what a worker schedules, beside those of its host and of the workers before it. */
const IDS = 4096;
const FIRST: NicPath = { own: 0, far: 0 };

/** What a worker needs of the host it belongs to. */
export interface WorkerHost {
  readonly index: number;
  readonly kernel: Kernel;
  readonly nics: readonly Nic[];
  readonly isRunning: boolean;
  /** What its clock shows. */
  now(): Nanos;
  trueTimeOf(at: Nanos): Nanos;
  onSent(packet: Packet): void;
}

export interface WorkerConfig {
  host: WorkerHost;
  index: number;
  /** Undefined: there is one NIC. */
  paths: NicPaths | undefined;
  /** Undefined: there is one, and it is the worker's. */
  nics: HostNics | undefined;
  /** Whether there are other workers. */
  isShared: boolean;
  out: TransmitBuffer;
}

/**
 * One worker of a host: an endpoint and its pool, and what drives them. All workers of a host are in one thread here, and take turns in
 * virtual time; they have nothing in common but the NICs.
 */
export class SimWorker implements Driver, EventHandler {
  readonly index: number;
  /** Those of the present incarnation, or of the last one while the host is down. */
  endpoint: Endpoint;
  pool: Pool;
  private readonly host: WorkerHost;
  readonly paths: NicPaths | undefined;
  private readonly nics: HostNics | undefined;
  private readonly isShared: boolean;
  /** The NIC of the host, if there is one. */
  private readonly onlyNic: Nic | undefined;
  private readonly out: TransmitBuffer;
  private draining = false;
  private waitsForRoom = false;
  /** Undefined: no event will wake it. */
  private wakeAt: Nanos | undefined;
  /** Of former incarnations. */
  readonly past: EndpointCounters = newCounters();
  /** For whoever watches. */
  private readonly place: Resource | undefined;
  private wakeId: EventId = NO_EVENT;
  private kicked = false;
  /** The NIC that it sent by last; -1: none. */
  nic = -1;

  constructor(
    { host, index, paths, nics, isShared, out }: WorkerConfig,
    endpoint: EndpointConfig,
    tokens?: Tokens,
  ) {
    this.host = host;
    this.index = index;
    this.paths = paths;
    this.nics = nics;
    this.isShared = isShared;
    this.onlyNic = host.nics.length === 1 ? host.nics[0] : undefined;
    this.out = out;
    const { id, label } = hostPlace(host.index);
    this.place = host.kernel.resource(id, label);
    this.endpoint = new Endpoint(endpoint);
    this.pool = new Pool(this.endpoint, this, tokens);
  }

  now(): Nanos {
    return this.host.now();
  }

  kick(): void {
    // The pool may be called from another host's event, as when an exchange there was waited for.
    this.place?.write();
    if (this.kicked || this.draining) return;
    this.kicked = true;
    const { kernel } = this.host;
    kernel.schedule(kernel.now, this, KICK);
  }

  touchPromise(): void {
    this.host.kernel.touchPromise();
  }

  competes(kind: number): Contender {
    const place = hostPlace(this.host.index);
    const id = childId(place.id as number, 1 + kind + IDS * this.index);
    return { kind: EVENTS[kind] as Contender['kind'], id, label: place.label, touches: [place] };
  }

  onEvent(kind: number): void {
    if (kind === KICK) this.kicked = false;
    else {
      this.wakeId = NO_EVENT;
      this.wakeAt = undefined;
      if (this.host.isRunning) this.endpoint.handleTimeout(this.now());
    }
    this.drain();
  }

  // --- inputs ------------------------------------------------------------

  /** A datagram that came as `packet` did. Returns the bytes of payload that the endpoint had not had. */
  hand(packet: Packet, bytes: Uint8Array, path: NicPath, shared?: SharedBytes, sharedStart?: number): Bytes {
    const { counters } = this.endpoint;
    const before = counters.payloadBytesFirst;
    const refusedBefore = this.paths === undefined ? 0 : refusals(counters);
    const isMarked = packet.ecn === Ecn.CE;
    // Its data may come from other ports.
    const from = workerAddress(hostOf(packet.source), workerOf(packet.source), path.far);
    this.endpoint.handleDatagram(this.now(), from, bytes, shared, sharedStart, isMarked);
    if (this.paths !== undefined && refusals(counters) === refusedBefore) {
      const { now } = this.host.kernel;
      this.paths.onHeard(keyOfAddress(packet.source), path, now);
      this.nics?.onHeard(path.own, this.index, packet.wireBytes, now);
    }
    return counters.payloadBytesFirst - before;
  }

  onUnreachable(destination: number, path: NicPath, quoted: Uint8Array): void {
    this.paths?.onUnreachable(keyOfAddress(destination), path, this.host.kernel.now);
    this.signal({ type: 'unreachable', quoted });
  }

  onCarrier(): void {
    this.paths?.onCarrier(this.host.kernel.now);
    this.drain();
  }

  onTransmitRoom(): void {
    if (!this.waitsForRoom) return;
    this.waitsForRoom = false;
    this.drain();
  }

  /** Whether something is under way in either direction. */
  get isBusy(): boolean {
    const { outbound, inbound } = this.endpoint.state;
    return outbound + inbound > 0;
  }

  signal(signal: Signal): void {
    this.endpoint.handleSignal(this.now(), signal);
    this.drain();
  }

  // --- drains ------------------------------------------------------------

  /** The drain of the core contract: events, transmissions, next timeout. */
  drain(): void {
    if (!this.host.isRunning) return;
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
    if (this.isShared) {
      const { nics } = this.host;
      const { burstSegments, mtuBytes } = this.endpoint.options;
      const nic = nics[this.nic];
      // More than half of what a NIC can hold it might never have.
      const runBytes = Math.min(burstSegments * mtuBytes, this.out.bytes.length >> 1);
      return nic?.uplink.isUp && !nic.hasRoom(runBytes) ? nic : undefined;
    }
    const runBytes = this.out.bytes.length >> 2;
    const { onlyNic } = this;
    if (onlyNic !== undefined) return onlyNic.hasRoom(runBytes) ? undefined : onlyNic;
    return this.host.nics.find((nic) => !nic.hasRoom(runBytes) && nic.uplink.isUp);
  }

  /** A run of segments goes to one NIC together (GSO), and one way. */
  private send(): void {
    const { out, host } = this;
    const address = out.destination as number;
    const path = this.paths?.to(keyOfAddress(address), host.kernel.now) ?? FIRST;
    if (path.own !== this.nic) this.move(path.own);
    const nic = this.onlyNic ?? (host.nics[path.own] as Nic);
    const destination = workerAddress(hostOf(address), workerOf(address), path.far);
    const source = workerAddress(host.index, this.index, path.own) + out.path;
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
      packet.source = source;
      packet.destination = destination;
      packet.ecn = Ecn.ECT_0;
      packet.priority = out.networkPriority;
      nic.send(packet);
      this.nics?.monitor.onSent(path.own, packet.wireBytes);
      host.onSent(packet);
    }
  }

  /** Its share of a NIC is where it sends. */
  private move(nic: number): void {
    this.nic = nic;
    if (!this.isShared || this.nics === undefined) return;
    this.endpoint.handleSignal(this.now(), { type: 'nic', share: this.nics.share(nic) });
  }

  /** One wake-up is kept; one that is early enough already is left, and looks again when it fires. */
  private wake(at: Nanos): void {
    if (at >= (this.wakeAt ?? NEVER)) return;
    this.forgetWake();
    this.wakeAt = at;
    this.wakeId = this.host.kernel.schedule(this.host.trueTimeOf(at), this, WAKE);
  }

  forgetWake(): void {
    if (this.wakeId !== NO_EVENT) this.host.kernel.cancel(this.wakeId);
    this.wakeId = NO_EVENT;
    this.wakeAt = undefined;
  }

  // --- life --------------------------------------------------------------

  /** Endpoint, pool and timers are lost. */
  crash(): void {
    if (this.isShared) this.endpoint.handleSignal(this.now(), { type: 'nic', share: undefined });
    addCounters(this.past, this.endpoint.counters);
    this.forgetWake();
    this.nic = -1;
  }

  /** Another incarnation. */
  begin(endpoint: EndpointConfig, tokens?: Tokens): void {
    this.endpoint = new Endpoint(endpoint);
    this.pool = new Pool(this.endpoint, this, tokens);
  }
}

/** Packets that did not authenticate. */
function refusals(counters: Readonly<EndpointCounters>): number {
  const { refusedMalformed, refusedUnknown, refusedForged, refusedReplay } = counters;
  return refusedMalformed + refusedUnknown + refusedForged + refusedReplay;
}

export function addCounters(total: EndpointCounters, more: Readonly<EndpointCounters>): void {
  for (const field of Object.keys(total) as (keyof EndpointCounters)[]) total[field] += more[field];
}
