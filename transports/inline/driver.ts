import type { Address } from '../../protocol/core/address.ts';
import { assert } from '../../protocol/core/assert.ts';
import { NANOS_PER_MILLI, NEVER, type Bytes, type Nanos } from '../../protocol/core/units.ts';
import type { Driver } from '../../protocol/pool/driver.ts';
import type { Signal } from '../../protocol/endpoint/signal.ts';
import { newDriverCounters, type DriverCounters } from '../../protocol/telemetry/generated/counters.ts';
import type { TransmitBuffer } from '../../protocol/transmit.ts';
import type { EventLoop } from './event-loop.ts';
import type { DatagramPort, PortInput, ReadSource } from './port.ts';
import { SendPool } from './send-pool.ts';
import { Wakeup } from './wakeup.ts';

/** The part of an Endpoint that a driver drives. */
export interface DrivenEndpoint {
  handleDatagram(
    now: Nanos,
    from: Address,
    bytes: Uint8Array,
    shared: undefined,
    sharedStart: 0,
    isMarked: boolean,
    segmentBytes: number,
  ): void;
  handleSignal(now: Nanos, signal: Signal): void;
  handleTimeout(now: Nanos): void;
  pollTransmit(now: Nanos, out: TransmitBuffer): boolean;
  /** For a port that reads. */
  readonly reads?: ReadSource;
  nextTimeout(): Nanos;
}

/** The part of a Pool that a driver drives. */
export interface DrivenPool {
  /** Hands the endpoint's events to the application. */
  dispatch(): void;
  /** Whether a caller waits for something; then the process stays alive. */
  isBusy(): boolean;
}

export interface InlineDriverOptions {
  /** Transmit buffers, i.e. runs that can wait for the kernel. */
  sendRunsMax: number;
  /** Bytes of one transmit buffer. */
  runBytes: Bytes;
  /** Datagrams after which a turn ends even if there is more to send, so that input is read in between. */
  datagramsPerTurnMax: number;
  /** Whether the port keeps the process alive also while no call is pending. */
  keepAlive: boolean;
  /** A datagram that the kernel refused. It counts as lost. */
  onSendError(error: Error): void;
}

/** While there is more to send than the kernel takes, the endpoint's timers are looked at this often. */
const UNDRAINED_CHECK_NS: Nanos = 2 * NANOS_PER_MILLI;

/**
 * Runs one endpoint in the application's own thread. Whatever happens between two turns (datagrams, calls, replies)
 * shares one turn, in the order of NIC-5:
 *
 *   input was fed as it came → handleTimeout → dispatch → (reactions of the application) → dispatch →
 *   pollTransmit until false → nextTimeout
 *
 * The reactions run to quiescence inside the turn, so an answer leaves in the turn in which its question was handled,
 * and the answers to many questions share packets. REQ SIM-1, POOL-2, NIC-5
 */
export class InlineDriver implements Driver {
  readonly counters: DriverCounters = newDriverCounters();
  readonly #loop: EventLoop;
  readonly #port: DatagramPort;
  readonly #endpoint: DrivenEndpoint;
  readonly #options: InlineDriverOptions;
  readonly #sendPool: SendPool;
  readonly #wakeup: Wakeup;
  #pool: DrivenPool | undefined;
  #turnQueued = false;
  #inTurn = false;
  /** Input or a command came after the current turn had its chance to look at it. */
  #dirty = false;
  /** The endpoint's next timeout; 0, always due, if it could not be asked because the drain is not complete. */
  #deadlineNs: Nanos = NEVER;
  #portKeepsAlive = true;
  #closed = false;

  constructor(loop: EventLoop, port: DatagramPort, endpoint: DrivenEndpoint, options: InlineDriverOptions) {
    this.#loop = loop;
    this.#port = port;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#wakeup = new Wakeup(loop, this.#turn);
    const { sendRunsMax, runBytes } = options;
    const gathers = port.gathers === true;
    this.#sendPool = new SendPool(sendRunsMax, runBytes, this.#onRoom, this.#onSendError, gathers);
  }

  /** Begins to receive. The pool comes late because it needs the driver first. */
  start(pool: DrivenPool): void {
    assert(this.#pool === undefined, 'a driver starts once');
    this.#pool = pool;
    this.#port.receive({ datagram: this.#receive, unreachable: this.#unreachable });
    this.#port.reads?.receive(this.#readEnded);
    this.#updateKeepAlive();
    this.kick();
  }

  now(): Nanos {
    return this.#loop.now();
  }

  kick(): void {
    this.#dirty = true;
    if (!this.#inTurn) this.#queueTurn();
  }

  /**
   * Sends what the endpoint has ready, then closes the port and forgets all timers. Idempotent. Nothing of the
   * driver keeps the process alive afterwards.
   */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#wakeup.arm(0, NEVER);
      if (this.#pool !== undefined) this.#transmit(Number.POSITIVE_INFINITY);
    }
    await this.#port.close();
  }

  readonly #receive: PortInput['datagram'] = (from, bytes, isMarked, segmentBytes = bytes.length) => {
    if (this.#closed) return;
    this.counters.datagramsReceived +=
      segmentBytes < bytes.length ? Math.ceil(bytes.length / segmentBytes) : 1;
    this.counters.bytesReceived += bytes.length;
    this.#endpoint.handleDatagram(this.#loop.now(), from, bytes, undefined, 0, isMarked, segmentBytes);
    this.kick();
  };

  readonly #unreachable = (quoted: Uint8Array): void => {
    if (this.#closed) return;
    this.#endpoint.handleSignal(this.#loop.now(), { type: 'unreachable', quoted });
    this.kick();
  };

  readonly #readEnded = (read: number, bytes: Uint8Array | undefined, at: number): void => {
    if (this.#closed) return;
    this.#endpoint.handleSignal(this.#loop.now(), { type: 'read', read, bytes, at });
    this.kick();
  };

  #queueTurn(): void {
    if (this.#turnQueued || this.#closed || this.#pool === undefined) return;
    this.#turnQueued = true;
    this.#loop.soon(this.#turnIfDirty);
  }

  readonly #turnIfDirty = (): void => {
    this.#turnQueued = false;
    // A timer may have run the turn in the meantime.
    if (this.#dirty) this.#turn();
  };

  readonly #turn = (): void => {
    if (this.#closed || this.#inTurn) return;
    this.#inTurn = true;
    this.counters.turns++;
    const now = this.#loop.now();
    if (this.#dirty) this.#wakeup.refresh(now);
    // First, so that the turn ends properly even if an event subscriber of the application throws.
    this.#loop.afterReactions(this.#finishTurn);
    if (now >= this.#deadlineNs) this.#endpoint.handleTimeout(now);
    this.#pool?.dispatch();
  };

  readonly #finishTurn = (): void => {
    this.#inTurn = false;
    if (this.#closed) return;
    this.#dirty = false;
    let isDispatched = false;
    try {
      this.#pool?.dispatch();
      isDispatched = true;
    } finally {
      // A subscriber that threw left events behind: the rest of them has another turn.
      if (!isDispatched) this.#dirty = true;
      if (!this.#closed) this.#drain(isDispatched);
    }
  };

  #drain(isDispatched: boolean): void {
    const isDrained = this.#transmit(this.#options.datagramsPerTurnMax) && isDispatched;
    const now = this.#loop.now();
    this.#deadlineNs = isDrained ? this.#endpoint.nextTimeout() : 0;
    this.#wakeup.arm(now, isDrained ? this.#deadlineNs : now + UNDRAINED_CHECK_NS);
    this.#updateKeepAlive();
    if (this.#dirty) this.#queueTurn();
  }

  /** Returns false if there may be more to send: the pool is dry, or the turn has done its share. */
  #transmit(datagramsMax: number): boolean {
    for (let datagrams = 0; ;) {
      const run = this.#sendPool.take();
      if (run === undefined) {
        this.counters.sendStalls++;
        return false;
      }
      if (!this.#endpoint.pollTransmit(this.#loop.now(), run.transmit)) {
        this.#sendPool.giveBack(run);
        if (this.#endpoint.reads !== undefined) this.#port.reads?.begin(this.#endpoint.reads);
        return true;
      }
      this.counters.runsSent++;
      this.counters.bytesSent += run.transmit.lengthBytes;
      const sent = this.#sendPool.send(run, this.#port);
      this.counters.datagramsSent += sent;
      datagrams += sent;
      if (datagrams >= datagramsMax) {
        this.#dirty = true;
        return false;
      }
    }
  }

  readonly #onRoom = (): void => this.kick();

  readonly #onSendError = (error: Error): void => {
    this.counters.sendErrors++;
    this.#options.onSendError(error);
  };

  #updateKeepAlive(): void {
    const keepAlive = this.#options.keepAlive || this.#pool?.isBusy() === true;
    if (keepAlive === this.#portKeepsAlive) return;
    this.#portKeepsAlive = keepAlive;
    this.#port.setKeepAlive(keepAlive);
  }
}
