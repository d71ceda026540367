import { assert } from '../../protocol/core/assert.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import { TransmitBuffer } from '../../protocol/transmit.ts';
import type { DatagramPort, SentCallback } from './port.ts';

/** A transmit buffer and what the port still has to say about it. */
export class SendRun {
  readonly transmit: TransmitBuffer;
  readonly onSent: SentCallback;
  /** Callbacks the port owes, over the whole life of the buffer. */
  owed = 0;
  /** The kernel may not have all of the bytes yet: not to be touched before nothing is owed. */
  isOut = false;

  constructor(capacityBytes: Bytes, gathers: boolean, onSent: (run: SendRun, error: Error | null) => void) {
    this.transmit = new TransmitBuffer(capacityBytes, false, gathers);
    this.onSent = (error) => onSent(this, error);
  }
}

/**
 * A bounded pool of transmit buffers. As long as the kernel takes everything at once, one buffer serves for ever. When
 * it does not, buffers stay out until their callbacks, the pool runs dry, and the driver stops polling the endpoint:
 * that is how a full kernel buffer becomes backpressure. REQ BP-2, NIC-6
 */
export class SendPool {
  readonly #free: SendRun[] = [];
  readonly #maxRuns: number;
  readonly #capacityBytes: Bytes;
  readonly #gathers: boolean;
  readonly #onRoom: () => void;
  readonly #onError: (error: Error) => void;
  #allocated = 0;
  #exhausted = false;

  constructor(
    maxRuns: number,
    capacityBytes: Bytes,
    onRoom: () => void,
    onError: (error: Error) => void,
    gathers = false,
  ) {
    assert(maxRuns >= 1, 'a send pool has at least one buffer');
    this.#maxRuns = maxRuns;
    this.#capacityBytes = capacityBytes;
    this.#gathers = gathers;
    this.#onRoom = onRoom;
    this.#onError = onError;
  }

  /** A buffer to fill; undefined if all are out. Then `onRoom` is called once, when the first comes back. */
  take(): SendRun | undefined {
    const run = this.#free.pop();
    if (run !== undefined) return run;
    if (this.#allocated === this.#maxRuns) {
      this.#exhausted = true;
      return undefined;
    }
    this.#allocated++;
    return new SendRun(this.#capacityBytes, this.#gathers, this.#sent);
  }

  /** Gives back a buffer that was not sent. */
  giveBack(run: SendRun): void {
    this.#free.push(run);
    if (!this.#exhausted) return;
    this.#exhausted = false;
    this.#onRoom();
  }

  /** Sends a filled buffer; returns the number of datagrams. */
  send(run: SendRun, port: DatagramPort): number {
    const { lengthBytes, segmentBytes } = run.transmit;
    // Before, as the port may report at once.
    run.owed += Math.ceil(lengthBytes / segmentBytes);
    const datagrams = port.send(run.transmit, run.onSent);
    if (run.owed === 0 || port.backlog() === 0) {
      // All of it is in the kernel: the bytes are free although the callbacks are still to come.
      this.#free.push(run);
      run.isOut = false;
    } else {
      run.isOut = true;
    }
    return datagrams;
  }

  readonly #sent = (run: SendRun, error: Error | null): void => {
    run.owed--;
    assert(run.owed >= 0, 'a port reports each datagram once');
    if (error !== null) this.#onError(error);
    if (run.owed === 0 && run.isOut) {
      run.isOut = false;
      this.giveBack(run);
    }
  };
}
