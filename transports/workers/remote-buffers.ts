import { assert } from '../../protocol/core/assert.ts';
import type { CryptoSuite } from '../../protocol/crypto/suite.ts';
import { Buffers } from '../../protocol/endpoint/buffers.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import { OutgoingMessage } from '../../protocol/records/message.ts';
import type { RecordSource } from '../../protocol/records/record-source.ts';
import { RecordPool } from '../../protocol/records/record-pool.ts';
import { Seat, type SharedContent } from '../../protocol/records/seat.ts';
import { cryptoRandom } from '../crypto/random.ts';

/** A body that calls through one worker share. It is told with the first of them, and has one seal there. */
export class CommonContent {
  readonly number: number;
  readonly count: number;
  readonly keeps: boolean;
  /** Tells the worker that a seat was left, once it knows of the content. */
  onLeave: ((seat: number) => void) | undefined;

  constructor(number: number, count: number, keeps: boolean) {
    this.number = number;
    this.count = count;
    this.keeps = keeps;
  }
}

class CommonSeat implements SharedContent {
  readonly #content: CommonContent;
  readonly #at: number;

  constructor(content: CommonContent, at: number) {
    this.#content = content;
    this.#at = at;
  }

  source(): RecordSource {
    assert(false, 'the records of this content are in a worker');
  }

  release(): void {}

  leave(): void {
    this.#content.onLeave?.(this.#at);
  }
}

/** A message of such content. */
export class CommonMessage extends OutgoingMessage {
  readonly content: CommonContent;
  readonly at: number;

  constructor({ body, head }: OutgoingMessage, content: CommonContent, at: number) {
    super(body, head, new Seat(new CommonSeat(content, at), content.keeps));
    this.content = content;
    this.at = at;
  }
}

/**
 * Buffers of an application thread: sealed there, in memory that all workers can read, so that any of them sends them as they are. An id is the same for all of
 * the thread's pools. REQ POOL-14, PAT-14, PAT-15
 */
export class RemoteBuffers extends Buffers {
  #contents = 0;

  /** @param thread of the application; ids of two are not the same */
  constructor(options: EndpointOptions, crypto: CryptoSuite, thread: number) {
    let sequence = 0;
    super({
      options,
      crypto,
      random: cryptoRandom,
      datagramBytesMax: options.mtuBytes - options.datagramHeaderBytes,
      records: new RecordPool((lengthBytes) => new Uint8Array(new SharedArrayBuffer(lengthBytes))),
      // Those of the workers count from 0, and do not reach so far. MUST KEY-6
      nextBufferId: () => ({ slot: sequence++ >>> 0, generation: 2 ** 31 + thread }),
    });
  }

  override share(message: OutgoingMessage, count: number, keeps: boolean): OutgoingMessage[] {
    this.#contents += 1;
    const content = new CommonContent(this.#contents, count, keeps);
    return Array.from({ length: count }, (_, at) => new CommonMessage(message, content, at));
  }
}
