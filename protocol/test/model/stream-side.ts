import type { TransferError } from '../../pool/transfer-error.ts';
import { bodyOf, readBody } from './bytes.ts';
import type { Direction, Reference, StreamRecord } from './reference.ts';

/** What either side of a stream can do. */
export interface StreamApi extends AsyncIterable<Uint8Array> {
  write?(body: Uint8Array): Promise<void>;
  end?(): void;
  close(status: number, reason?: string): void;
  /** Of the callee. */
  readonly signal?: { readonly aborted: boolean };
}

export function reasonOf(error: unknown): string {
  const { reason, status } = error as TransferError;
  return status !== undefined && status >= 256 ? `${reason} ${status}` : reason;
}

/** One side of a stream as its application: writes, reads, and says what it sees. */
export class StreamSide {
  readonly record: StreamRecord;
  readonly host: number;
  readonly incarnation: number;
  readonly isCaller: boolean;
  readonly api: StreamApi;
  /** Of the callee: lets the handler return, or throw. */
  finish: ((error?: Error) => void) | undefined;
  private isClosed = false;
  private readonly reference: Reference;
  private readonly iterator: AsyncIterator<Uint8Array, unknown>;

  constructor(
    reference: Reference,
    record: StreamRecord,
    host: { index: number; incarnation: number },
    isCaller: boolean,
    api: StreamApi,
  ) {
    this.reference = reference;
    this.record = record;
    this.host = host.index;
    this.incarnation = host.incarnation;
    this.isCaller = isCaller;
    this.api = api;
    this.iterator = api[Symbol.asyncIterator]();
  }

  get incoming(): Direction {
    return this.isCaller ? this.record.down : this.record.up;
  }

  get outgoing(): Direction {
    return this.isCaller ? this.record.up : this.record.down;
  }

  get canWrite(): boolean {
    return this.api.write !== undefined && !this.outgoing.ended && this.outgoing.written < 200;
  }

  /** Of the caller: nothing follows. */
  end(): void {
    this.outgoing.ended = true;
    this.api.end?.();
  }

  /** Ends the stream, in both directions. */
  close(status: number): void {
    this.isClosed = true;
    this.record.causes.add(`rejected ${status}`);
    // A stream that its callee may not know is given up instead.
    if (this.isCaller) this.record.causes.add('cancelled').add('source-failed');
    this.api.close(status, 'x');
  }

  /** Of the callee: its handler is not done, has not ended the stream in another way, and was not told that it is over. */
  get isServing(): boolean {
    return this.finish !== undefined && !this.isClosed && this.api.signal?.aborted !== true;
  }

  write(sizeBytes: number): void {
    const { outgoing, record, reference } = this;
    const body = bodyOf(record.id, this.isCaller ? 1 : 2, outgoing.written, sizeBytes);
    outgoing.written += 1;
    if (!this.isCaller) reference.onWritten(record);
    this.api.write?.(body).catch((error: unknown) => {
      if (this.isCurrent) reference.onRefused(record, outgoing, reasonOf(error));
    });
  }

  /** Of the callee: its handler is done; the response to a request that was streamed, unless it has written one, or forgets it. */
  conclude(): Uint8Array | undefined {
    const { outgoing, record, reference } = this;
    const { id, pattern } = record;
    let response: Uint8Array | undefined;
    if (pattern === 'streaming-request' && outgoing.written === 0 && id % 5 !== 0) {
      response = bodyOf(id, 2, outgoing.written, 300);
      outgoing.written += 1;
    }
    outgoing.ended = true;
    reference.onWritten(record);
    return response;
  }

  /** The first incarnation of the callee that runs the handler is the one the reference speaks of. */
  private get isCurrent(): boolean {
    return this.isCaller || this.record.runs[0] === this.incarnation;
  }

  /** Asks for `count` messages more. */
  read(count: number): void {
    for (let i = 0; i < count; i += 1) void this.next();
  }

  /** Reads until there is no more. */
  async drain(): Promise<void> {
    while (await this.next());
  }

  private async next(): Promise<boolean> {
    const { incoming, record, reference } = this;
    // Nobody reads on after the end.
    if (incoming.end !== undefined) return false;
    try {
      const { done, value } = await this.iterator.next();
      if (!this.isCurrent) return done !== true;
      if (done === true) {
        reference.onReadEnd(record, incoming, 'done');
        return false;
      }
      const body = readBody(value);
      if (body === undefined || body.id !== record.id || body.way !== (this.isCaller ? 2 : 1))
        reference.differ(`a message of ${record.name} is not what was written`);
      else reference.onRead(record, incoming, body.index);
      return true;
    } catch (error) {
      if (this.isCurrent) reference.onReadEnd(record, incoming, reasonOf(error));
      return false;
    }
  }
}
