import type { Address } from '../../../protocol/core/address.ts';
import { NEVER, type Nanos } from '../../../protocol/core/units.ts';
import type { Signal } from '../../../protocol/endpoint/signal.ts';
import type { TransmitBuffer } from '../../../protocol/transmit.ts';
import type { DrivenEndpoint, DrivenPool, InlineDriverOptions } from '../../inline/driver.ts';
import type { DatagramPort, PortInput, SentCallback } from '../../inline/port.ts';

/** Writes down in which order it is driven; sends the runs a test queued. */
export class FakeEndpoint implements DrivenEndpoint {
  readonly log: string[] = [];
  readonly runs: { destination: Address; segments: Uint8Array[] }[] = [];
  timeoutNs: Nanos = NEVER;
  readonly timeouts: Nanos[] = [];
  onTimeout: () => void = () => {};

  handleDatagram(
    _now: Nanos,
    from: Address,
    bytes: Uint8Array,
    _shared: undefined,
    _start: 0,
    isMarked: boolean,
  ): void {
    this.log.push(`datagram ${from} ${bytes.length}${isMarked ? ' marked' : ''}`);
  }

  handleSignal(_now: Nanos, signal: Signal): void {
    this.log.push(`signal ${signal.type}`);
  }

  handleTimeout(now: Nanos): void {
    this.log.push('handleTimeout');
    if (now < this.timeoutNs) return;
    this.timeouts.push(now);
    this.timeoutNs = NEVER;
    this.onTimeout();
  }

  pollTransmit(_now: Nanos, out: TransmitBuffer): boolean {
    const run = this.runs.shift();
    this.log.push(run === undefined ? 'pollTransmit: nothing' : 'pollTransmit');
    if (run === undefined) return false;
    let at = 0;
    for (const segment of run.segments) {
      out.bytes.set(segment, at);
      at += segment.length;
    }
    out.destination = run.destination;
    out.segmentBytes = run.segments[0]?.length ?? 0;
    out.lengthBytes = at;
    return true;
  }

  nextTimeout(): Nanos {
    this.log.push('nextTimeout');
    return this.timeoutNs;
  }

  /** Queues one run of `segments` segments that all hold `fill`. */
  queue(destination: Address, fill: number, segments = 1, segmentBytes = 10): void {
    this.runs.push({
      destination,
      segments: Array.from({ length: segments }, () => new Uint8Array(segmentBytes).fill(fill)),
    });
  }
}

export class FakePool implements DrivenPool {
  readonly #endpoint: FakeEndpoint;
  busy = false;
  onDispatch: () => void = () => {};

  constructor(endpoint: FakeEndpoint) {
    this.#endpoint = endpoint;
  }

  dispatch(): void {
    this.#endpoint.log.push('dispatch');
    this.onDispatch();
  }

  isBusy(): boolean {
    return this.busy;
  }
}

/** A port whose kernel buffer holds `room` datagrams; the rest waits until `drain`. */
export class FakePort implements DatagramPort {
  /** What the kernel got: destination and bytes, read at the moment it got them. */
  readonly wire: { destination: Address; bytes: Uint8Array }[] = [];
  room = Number.POSITIVE_INFINITY;
  failWith: Error | null = null;
  keepAlive = true;
  closed = 0;
  deliver: (from: Address, bytes: Uint8Array) => void = () => {};
  input: PortInput | undefined;
  readonly #waiting: { destination: Address; view: Uint8Array; sent: SentCallback }[] = [];
  readonly #done: SentCallback[] = [];

  send(run: TransmitBuffer, sent: SentCallback): number {
    let datagrams = 0;
    for (let at = 0; at < run.lengthBytes; at += run.segmentBytes) {
      const view = run.bytes.subarray(at, Math.min(at + run.segmentBytes, run.lengthBytes));
      datagrams++;
      if (this.#waiting.length > 0 || this.room === 0) {
        this.#waiting.push({ destination: run.destination, view, sent });
      } else {
        this.room--;
        this.wire.push({ destination: run.destination, bytes: view.slice() });
        this.#done.push(sent);
      }
    }
    return datagrams;
  }

  /** The kernel takes up to `count` of the waiting datagrams. */
  drain(count: number): void {
    for (const { destination, view, sent } of this.#waiting.splice(0, count)) {
      this.wire.push({ destination, bytes: view.slice() });
      this.#done.push(sent);
    }
  }

  /** Reports what has been sent, as nextTick would. */
  report(): void {
    for (const sent of this.#done.splice(0)) sent(this.failWith);
  }

  backlog(): number {
    return this.#waiting.length;
  }

  receive(input: PortInput): void {
    this.deliver = (from, bytes) => input.datagram(from, bytes, false);
    this.input = input;
  }

  setKeepAlive(keepAlive: boolean): void {
    this.keepAlive = keepAlive;
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

export function driverOptions(changes: Partial<InlineDriverOptions> = {}): InlineDriverOptions {
  return {
    sendRunsMax: 4,
    runBytes: 1000,
    datagramsPerTurnMax: 64,
    keepAlive: true,
    onSendError: () => {},
    ...changes,
  };
}
