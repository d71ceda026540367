/** Takes finished blocks, in pieces of any size; the bytes are valid during the call only. */
export type ByteSink = (bytes: Uint8Array) => void;

/** Texts are cut at this length, which the format bounds too. */
const TEXT_BYTES_MAX = 8192;
/** Room for the longest block: a datagram of 64 KiB with texts. */
const BLOCK_BYTES_MAX = 96 * 1024;
const BUFFER_BYTES = 1024 * 1024;

const OPT_ENDOFOPT = 0;
const LENGTH_AT = 4;
const TWO_32 = 0x1_0000_0000;

/**
 * Blocks of a pcapng file, little endian (section 3.1), and their options (section 3.5). Holds at most one buffer of memory,
 * which goes to the sink when it is full. Sections are those of draft-ietf-opsawg-pcapng.
 */
export class BlockWriter {
  readonly #sink: ByteSink;
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #encoder = new TextEncoder();
  #at = 0;
  /** Where the last block begins. */
  #start = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  begin(type: number): void {
    if (this.#at + BLOCK_BYTES_MAX > BUFFER_BYTES) this.flush();
    this.#start = this.#at;
    this.u32(type);
    this.u32(0);
  }

  /** Fills in the length, at both ends. */
  end(): void {
    const lengthBytes = this.#at + 4 - this.#start;
    this.#view.setUint32(this.#start + LENGTH_AT, lengthBytes, true);
    this.u32(lengthBytes);
  }

  /** Takes the last block back, to write another one in its place. */
  takeBack(): void {
    this.#at = this.#start;
  }

  flush(): void {
    if (this.#at > 0) this.#sink(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    this.#start = 0;
  }

  u16(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  u32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** A 64-bit number as two words, the high one first: timestamps (section 4.3). */
  timestamp(value: number): void {
    this.u32(Math.floor(value / TWO_32));
    this.u32(value);
  }

  /** Room for `lengthBytes`, padded with zeros to 32 bits. The caller fills it, at the position that is returned. */
  padded(lengthBytes: number): number {
    const start = this.#at;
    const end = start + Math.ceil(lengthBytes / 4) * 4;
    this.#bytes.fill(0, start + lengthBytes, end);
    this.#at = end;
    return start;
  }

  /** The buffer that `padded` gives positions in. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** UTF-8, with a 16-bit length before it and zeros after it; `zeroTerminated` as names are (section 4.5). */
  text(code: number, prefix: readonly number[], text: string, zeroTerminated = false): void {
    this.u16(code);
    this.u16(0);
    const start = this.#at;
    for (const byte of prefix) this.#bytes[this.#at++] = byte;
    const room = this.#bytes.subarray(this.#at, this.#at + TEXT_BYTES_MAX);
    this.#at += this.#encoder.encodeInto(text, room).written;
    if (zeroTerminated) this.#bytes[this.#at++] = 0;
    this.#view.setUint16(start - 2, this.#at - start, true);
    while ((this.#at & 3) !== 0) this.#bytes[this.#at++] = 0;
  }

  textOption(code: number, text: string): void {
    this.text(code, [], text);
  }

  bytesOption(code: number, bytes: readonly number[]): void {
    this.text(code, bytes, '');
  }

  u32Option(code: number, value: number): void {
    this.u16(code);
    this.u16(4);
    this.u32(value);
  }

  /** A 64-bit number, low word first; a negative one as its two's complement. */
  u64Option(code: number, value: number): void {
    this.u16(code);
    this.u16(8);
    this.u32(value);
    this.u32(Math.floor(value / TWO_32));
  }

  /** A timestamp among the options (section 4.6). */
  timestampOption(code: number, value: number): void {
    this.u16(code);
    this.u16(8);
    this.timestamp(value);
  }

  endOptions(): void {
    this.u16(OPT_ENDOFOPT);
    this.u16(0);
  }
}
