import type { Ffi, Pointer } from '../../native/ffi.ts';
import { CMSG_HEADER_BYTES, IOVEC_BYTES, MMSGHDR_BYTES, SOCKADDR_BYTES } from './abi.ts';

const NAME = 0;
const NAME_LENGTH = 8;
const IOVECS = 16;
const IOVEC_COUNT = 24;
const CONTROL = 32;
const CONTROL_LENGTH = 40;
/** Of a mmsghdr, behind the msghdr. */
const LENGTH = 56;
const WORD = 2 ** 32;
/** A sockaddr_in6, up to the next multiple of eight. */
const NAME_BYTES = Math.ceil(SOCKADDR_BYTES / 8) * 8;

/** An array of `struct mmsghdr`, each with payload in pieces, an address and room for control messages. */
export class Messages {
  readonly count: number;
  /** Where the array is. Each element begins with a `struct msghdr`, so one will do for calls with a single message. */
  readonly at: Pointer;
  readonly view: DataView;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #piecesMax: number;
  readonly #namesAt: number;
  readonly #iovecsAt: number;
  readonly #controlsAt: number;
  readonly #controlBytes: number;

  /** @param piecesMax of the payload of each */
  constructor(ffi: Ffi, count: number, controlBytes: number, piecesMax: number = 1) {
    this.count = count;
    this.#piecesMax = piecesMax;
    this.#controlBytes = controlBytes;
    this.#iovecsAt = MMSGHDR_BYTES * count;
    this.#controlsAt = this.#iovecsAt + IOVEC_BYTES * piecesMax * count;
    this.#namesAt = this.#controlsAt + controlBytes * count;
    this.#bytes = new Uint8Array(this.#namesAt + NAME_BYTES * count);
    this.view = new DataView(this.#bytes.buffer);
    this.#words = new Uint32Array(this.#bytes.buffer);
    this.at = ffi.addressOf(this.#bytes);
    for (let i = 0; i < count; i += 1) {
      const at = MMSGHDR_BYTES * i;
      this.#setPointer(at + NAME, this.at + this.nameAt(i));
      this.#setPointer(at + IOVECS, this.at + this.#iovecsAt + IOVEC_BYTES * piecesMax * i);
      this.view.setUint32(at + IOVEC_COUNT, 1, true);
      if (controlBytes > 0) this.#setPointer(at + CONTROL, this.at + this.controlAt(i));
    }
  }

  /** Where message `i` begins. */
  pointer(i: number): Pointer {
    return this.at + MMSGHDR_BYTES * i;
  }

  /** Offset in `view` of the address of message `i`, and of its control messages. */
  nameAt(i: number): number {
    return this.#namesAt + NAME_BYTES * i;
  }

  controlAt(i: number): number {
    return this.#controlsAt + this.#controlBytes * i;
  }

  /** Message `i` in one piece. */
  setPayload(i: number, at: Pointer, lengthBytes: number): void {
    this.setPiece(i, 0, at, lengthBytes);
  }

  /** Piece `piece` of message `i`. */
  setPiece(i: number, piece: number, at: Pointer, lengthBytes: number): void {
    const offset = this.#iovecsAt + IOVEC_BYTES * (this.#piecesMax * i + piece);
    this.#setPointer(offset, at);
    this.#words[(offset + 8) >> 2] = lengthBytes;
  }

  /** Message `i` is its first `count` pieces. */
  setPieceCount(i: number, count: number): void {
    this.view.setUint32(MMSGHDR_BYTES * i + IOVEC_COUNT, count, true);
  }

  /** All messages go to the address of message 0. */
  shareName(): void {
    for (let i = 1; i < this.count; i += 1)
      this.#setPointer(MMSGHDR_BYTES * i + NAME, this.at + this.nameAt(0));
  }

  setNameLength(i: number, lengthBytes: number): void {
    this.view.setUint32(MMSGHDR_BYTES * i + NAME_LENGTH, lengthBytes, true);
  }

  setControlLength(i: number, lengthBytes: number): void {
    this.view.setUint32(MMSGHDR_BYTES * i + CONTROL_LENGTH, lengthBytes, true);
  }

  /** The header of a control message, the first one of message `i`. Returns where its data goes. */
  writeControl(i: number, level: number, type: number, dataBytes: number): number {
    const at = this.controlAt(i);
    this.view.setUint32(at, CMSG_HEADER_BYTES + dataBytes, true);
    this.view.setUint32(at + 8, level, true);
    this.view.setUint32(at + 12, type, true);
    return at + CMSG_HEADER_BYTES;
  }

  controlLength(i: number): number {
    return this.view.getUint32(MMSGHDR_BYTES * i + CONTROL_LENGTH, true);
  }

  /** Bytes of payload that `recvmmsg` wrote. */
  length(i: number): number {
    return this.view.getUint32(MMSGHDR_BYTES * i + LENGTH, true);
  }

  setLength(i: number, lengthBytes: number): void {
    this.view.setUint32(MMSGHDR_BYTES * i + LENGTH, lengthBytes, true);
  }

  #setPointer(at: number, pointer: Pointer): void {
    const low = pointer >>> 0;
    this.#words[at >> 2] = low;
    this.#words[(at >> 2) + 1] = (pointer - low) / WORD;
  }
}
