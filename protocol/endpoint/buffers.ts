import { DEADLINE_BYTES, STREAM_BYTES, noticeRoom } from '../control/room.ts';
import { SlotMap } from '../core/slot-map.ts';
import type { Bytes } from '../core/units.ts';
import { KEY_BYTES } from '../crypto/suite.ts';
import { RECORD_PLAIN_BYTES, sealedSize } from '../records/layout.ts';
import { OutgoingMessage } from '../records/message.ts';
import type { Sealing } from '../records/sealing.ts';
import { SharedPayload } from '../records/shared-payload.ts';
import { StoredBuffer } from '../records/stored-buffer.ts';
import type { BufferAccount, BufferState } from '../records/stored-buffer.ts';
import type { Context } from './context.ts';
import { UsageError } from './usage-error.ts';

/** Names a buffer: slot and generation. One that was released names nothing for ever. */
export type BufferId = number;

/** What buffers need of who has them. */
export type BufferContext = Pick<
  Context,
  'crypto' | 'datagramBytesMax' | 'nextBufferId' | 'options' | 'random' | 'records'
>;

/** One id of a buffer, which may have several. */
interface Handle {
  readonly buffer: StoredBuffer;
}

/**
 * The buffers of an endpoint, by their ids, within `bufferBytesMax`. An id is the application's until it releases it; the memory lives until the last transfer that carries it has
 * ended. REQ BUF-1, BUF-3, BUF-6, BUF-8, BUF-9, POOL-14, CONF-2
 */
export class Buffers {
  /** Sealed bytes of memory that buffers hold. */
  heldBytes: Bytes = 0;
  /** Told when some of it is free again. */
  onFreed: (() => void) | undefined;
  private readonly context: BufferContext;
  private readonly handles: SlotMap<Handle>;
  private readonly account: BufferAccount;
  private readonly headerBytesMax: Bytes;

  constructor(context: BufferContext) {
    const { options, crypto, records, datagramBytesMax } = context;
    this.context = context;
    this.handles = new SlotMap<Handle>(options.buffersMax);
    const room = noticeRoom(datagramBytesMax) - STREAM_BYTES - DEADLINE_BYTES;
    this.headerBytesMax = Math.max(Math.min(options.noticeHeaderBytesMax, room), 0);
    const onFreed = (bytes: Bytes): void => {
      this.heldBytes -= bytes;
      this.onFreed?.();
    };
    this.account = { crypto, records, onFreed };
  }

  /** Ids that have not been released. */
  get count(): number {
    return this.handles.size;
  }

  /** Whether `allocate` has room for `sizeBytes` now. Throws UsageError for what it never has room for. */
  hasRoom(sizeBytes: Bytes): boolean {
    const { messageBytesMax, bufferBytesMax } = this.context.options;
    if (!Number.isInteger(sizeBytes) || sizeBytes < 1 || sizeBytes > messageBytesMax)
      throw new UsageError('ERR_DCQUIC_SIZE', `a buffer has 1 to ${messageBytesMax} bytes, not ${sizeBytes}`);
    if (sealedSize(sizeBytes) > bufferBytesMax)
      throw new UsageError(
        'ERR_DCQUIC_SIZE',
        `a buffer of ${sizeBytes} bytes takes ${sealedSize(sizeBytes)}; bufferBytesMax is ${bufferBytesMax}`,
      );
    return !this.handles.isFull && this.heldBytes + sealedSize(sizeBytes) <= bufferBytesMax;
  }

  /** Throws UsageError if there is no room. */
  allocate(sizeBytes: Bytes, sealing: Sealing): BufferId {
    if (!this.hasRoom(sizeBytes)) {
      const { bufferBytesMax, buffersMax } = this.context.options;
      throw new UsageError(
        'ERR_DCQUIC_BUFFERS_FULL',
        `${this.heldBytes} of ${bufferBytesMax} bytes (bufferBytesMax) and ${this.count} of ${buffersMax} ids (buffersMax) are taken`,
      );
    }
    const rawKey = new Uint8Array(KEY_BYTES);
    this.context.random.fill(rawKey);
    const { slot, generation } = this.context.nextBufferId();
    const buffer = new StoredBuffer(this.account, sizeBytes, slot, generation, rawKey, sealing);
    this.heldBytes += buffer.sealedBytes;
    return this.handles.insert({ buffer });
  }

  /** Puts plaintext at `at`; it may be overwritten until the buffer is filled. */
  write(id: BufferId, at: Bytes, bytes: Uint8Array): void {
    this.forWriting(id, at, bytes).write(at, bytes);
  }

  /** Seals whole records of plaintext into it, which is final: from a multiple of `RECORD_PLAIN_BYTES`, that many bytes or up to the end. */
  encrypt(id: BufferId, at: Bytes, bytes: Uint8Array): void {
    const buffer = this.forWriting(id, at, bytes);
    const end = at + bytes.length;
    if (at % RECORD_PLAIN_BYTES !== 0 || (end % RECORD_PLAIN_BYTES !== 0 && end !== buffer.sizeBytes))
      throw new UsageError(
        'ERR_DCQUIC_BUFFER_RANGE',
        `[${at}, ${end}) is not made of whole records: each has ${RECORD_PLAIN_BYTES} bytes, the last may be shorter`,
      );
    buffer.encrypt(at, bytes);
  }

  private forWriting(id: BufferId, at: Bytes, bytes: Uint8Array): StoredBuffer {
    const buffer = this.find(id);
    if (buffer.state === 'filled')
      throw new UsageError('ERR_DCQUIC_BUFFER_STATE', `buffer ${id} is filled: it is not written any more`);
    const end = at + bytes.length;
    if (!Number.isInteger(at) || at < 0 || end > buffer.sizeBytes)
      throw new UsageError(
        'ERR_DCQUIC_BUFFER_RANGE',
        `[${at}, ${end}) is not within the ${buffer.sizeBytes} bytes of buffer ${id}`,
      );
    if (buffer.isSealed(at, end))
      throw new UsageError('ERR_DCQUIC_BUFFER_STATE', `[${at}, ${end}) of buffer ${id} is encrypted already`);
    return buffer;
  }

  /** Everything is written; now it can be submitted. */
  fill(id: BufferId): void {
    const buffer = this.find(id);
    // Memory is reused: what was never written could be of another message.
    const gap = buffer.firstGap;
    if (gap !== undefined)
      throw new UsageError(
        'ERR_DCQUIC_BUFFER_STATE',
        `[${gap[0]}, ${gap[1]}) of buffer ${id} was never written`,
      );
    buffer.state = 'filled';
  }

  /** Another id of the same buffer, to be released by itself. */
  clone(id: BufferId): BufferId {
    const buffer = this.find(id);
    if (this.handles.isFull)
      throw new UsageError('ERR_DCQUIC_BUFFERS_FULL', `there are ${this.count} buffers already`);
    buffer.owners += 1;
    return this.handles.insert({ buffer });
  }

  /** The application needs the id no more; transfers that carry the buffer go on. */
  release(id: BufferId): void {
    const buffer = this.find(id);
    this.handles.delete(id);
    buffer.disown();
  }

  stateOf(id: BufferId): { state: BufferState; sizeBytes: Bytes } {
    const { state, sizeBytes } = this.find(id);
    return { state, sizeBytes };
  }

  /** A message with the buffer as its body, at a seat that must be left. `keeps` as of a Seat. */
  message(id: BufferId, head: Uint8Array, keeps: boolean): OutgoingMessage {
    const buffer = this.find(id);
    if (buffer.state !== 'filled')
      throw new UsageError('ERR_DCQUIC_BUFFER_STATE', `buffer ${id} is ${buffer.state}, not filled`);
    if (head.length > this.headerBytesMax)
      throw new UsageError(
        'ERR_DCQUIC_HEADERS',
        `headers beside a buffer take ${head.length} bytes; the limit is ${this.headerBytesMax}`,
      );
    return OutgoingMessage.ofBuffer(buffer, head, keeps);
  }

  /** `count` messages of the same bytes under one seal; the seat of each must be left. `keeps` as of a Seat. REQ PAT-14 */
  share(message: OutgoingMessage, count: number, keeps: boolean): OutgoingMessage[] {
    return SharedPayload.messages(message, count, keeps);
  }

  private find(id: BufferId): StoredBuffer {
    const handle = this.handles.get(id);
    if (handle === undefined)
      throw new UsageError(
        'ERR_DCQUIC_BUFFER',
        `there is no buffer ${id}: it was released, or never allocated`,
      );
    return handle.buffer;
  }
}
