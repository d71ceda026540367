import { RecordError } from './values.ts';

/** What a record begins with. */
export const RECORD_MAGIC = 'dcquic-record-1\n';

/** Kinds of entries. In a file each is one byte, the length of what follows (u32, little endian), and values. */
export const Entry = {
  /** Options of the endpoint; the bytes of its transmit buffer. */
  BEGIN: 1,
  /** Name of a method, then its arguments. */
  CALL: 2,
  /** What came of the call. */
  RESULT: 3,
  /** Code and text of what the call threw. */
  THROWN: 4,
  /** Random bytes that the endpoint drew during the call. */
  RANDOM: 5,
  /** A path secret that it asked for during the call: credential, secret. */
  SECRET: 6,
  /** Why the record ends before the endpoint does. */
  END: 7,
} as const;

export const ENTRY_HEADER_BYTES = 5;

export interface JournalEntry {
  readonly kind: number;
  /** Where its header begins. */
  readonly at: number;
  readonly content: Uint8Array;
}

/** Reads the entries of a record in their order. */
export class Journal {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at: number = RECORD_MAGIC.length;

  /** Throws RecordError if it is none. */
  constructor(bytes: Uint8Array) {
    if (!isRecord(bytes)) throw new RecordError('this is no record of an endpoint');
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Undefined at the end, also if the last entry is cut: a process that is killed leaves such a one. */
  next(): JournalEntry | undefined {
    const { at, bytes, view } = this;
    const start = at + ENTRY_HEADER_BYTES;
    if (start > bytes.length) return undefined;
    const end = start + view.getUint32(at + 1, true);
    if (end > bytes.length) return undefined;
    const kind = bytes[at] as number;
    if (kind < Entry.BEGIN || kind > Entry.END)
      throw new RecordError(`byte ${at} begins an entry of kind ${kind}, which does not exist`);
    this.at = end;
    return { kind, at, content: bytes.subarray(start, end) };
  }
}

export function isRecord(bytes: Uint8Array): boolean {
  return [...RECORD_MAGIC].every((char, i) => bytes[i] === char.charCodeAt(0));
}
