import type { Bytes } from '../../protocol/core/units.ts';
import { Placement, type RecordSink } from '../../protocol/records/placement.ts';

/** Sends verified bytes to the thread that has the place for them, and hears when they are in it. */
class DistantSink implements RecordSink {
  readonly #send: (at: Bytes, bytes: Uint8Array) => void;
  readonly #sent = new Map<Bytes, () => void>();

  constructor(send: (at: Bytes, bytes: Uint8Array) => void) {
    this.#send = send;
  }

  get isIdle(): boolean {
    return this.#sent.size === 0;
  }

  write(at: Bytes, bytes: Uint8Array, done: () => void): void {
    this.#sent.set(at, done);
    this.#send(at, bytes);
  }

  written(at: Bytes): void {
    const done = this.#sent.get(at);
    this.#sent.delete(at);
    done?.();
  }

  abandon(): void {
    for (const at of this.#sent.keys()) this.written(at);
  }
}

/** A place for a body in another thread: memory of the application, or a sink. REQ PAT-5, BP-1 */
export class DistantPlacement extends Placement {
  readonly #sink: DistantSink;
  #isPaused = false;
  readonly #hold: (paused: boolean) => void;

  /** @param there what is in the place already, as pairs of start and end */
  constructor(
    there: Float64Array,
    sinkBytesMax: Bytes,
    send: (at: Bytes, bytes: Uint8Array) => void,
    hold: (paused: boolean) => void,
  ) {
    const sink = new DistantSink(send);
    super(sink);
    this.#sink = sink;
    this.#hold = hold;
    this.sinkBytesMax = sinkBytesMax;
    for (let i = 0; i < there.length; i += 2) this.arrived.add(there[i] as number, there[i + 1] as number);
    this.onRoom = () => {
      if (!this.#isPaused) hold(false);
    };
  }

  /** Bytes are on their way whose memory must stay. */
  get isIdle(): boolean {
    return this.#sink.isIdle;
  }

  pause(paused: boolean): void {
    this.#isPaused = paused;
    this.#hold(paused);
  }

  written(at: Bytes): void {
    this.#sink.written(at);
  }

  /** Nobody is there any more. */
  abandon(): void {
    this.#isPaused = true;
    this.#sink.abandon();
  }
}
