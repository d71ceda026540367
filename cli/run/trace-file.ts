import type { Simulation } from '../../scenarios/run/index.ts';
import { FileSink } from '../../reports/pcap/index.ts';
import { count, counted } from '../../reports/figures.ts';
import { RECORD_BYTES, type TraceStore } from '../../sim/trace/trace-store.ts';
import { CommandError, systemReason } from '../command-error.ts';
import { KINDS, LAYERS } from './record-words.ts';
import type { Recording } from './recording.ts';

// Layout: sim/trace/README.md.
const MAGIC = 'dcqtrace';
const VERSION = 1;
export const FIXED_BYTES = 48;

/** What a reader needs besides the records. */
export interface TraceAbout {
  readonly scenario: string;
  readonly seed: number;
  readonly traceHash: string;
  readonly locations: readonly string[];
}

export interface TraceHeader {
  /** Where the records begin. */
  readonly headerBytes: number;
  /** Index in the run of the first record. */
  readonly fromRecord: number;
  readonly records: number;
}

/** The header of a file with the records of `store`. */
export function traceHeader(
  store: Pick<TraceStore, 'fromRecord' | 'length' | 'notStored'>,
  about: TraceAbout,
): Buffer {
  const kinds = Object.values(LAYERS).flatMap((table) => Object.values(table));
  const names = Object.fromEntries(kinds.map((kind) => [kind, KINDS.nameOf(kind)]));
  const { scenario, seed, traceHash, locations } = about;
  const json = Buffer.from(JSON.stringify({ scenario, seed, traceHash, kinds: names, locations }));
  const headerBytes = Math.ceil((FIXED_BYTES + json.length) / 8) * 8;
  const bytes = Buffer.alloc(headerBytes, ' ');
  bytes.write(MAGIC, 'latin1');
  [VERSION, RECORD_BYTES, headerBytes, json.length].forEach((value, i) =>
    bytes.writeUInt32LE(value, 8 + 4 * i),
  );
  [store.fromRecord, store.length, store.notStored].forEach((value, i) =>
    bytes.writeDoubleLE(value, 24 + 8 * i),
  );
  json.copy(bytes, FIXED_BYTES);
  return bytes;
}

/** Reads the first FIXED_BYTES of a file; undefined if they are not those of a trace of this version. */
export function parseTraceHeader(bytes: Buffer): TraceHeader | undefined {
  if (bytes.length < FIXED_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  if (bytes.readUInt32LE(8) !== VERSION || bytes.readUInt32LE(12) !== RECORD_BYTES) return undefined;
  const headerBytes = bytes.readUInt32LE(16);
  return { headerBytes, fromRecord: bytes.readDoubleLE(24), records: bytes.readDoubleLE(32) };
}

/** The trace of one run in a file. It is opened at once, so that a long run does not end in a refusal. */
export class TraceFile {
  readonly #path: string;
  readonly #sink: FileSink;
  #locations: readonly string[] = [];

  /** Throws CommandError. */
  constructor(path: string) {
    this.#path = path;
    this.#sink = this.#attempt(() => new FileSink(path));
  }

  /** Notes the names of the places in the network. */
  readonly extension = {
    path: 'trace',
    extend: ({ network }: Simulation): void => void (this.#locations = network.fabric.locations),
  };

  /** Throws CommandError. */
  write(store: TraceStore, about: Omit<TraceAbout, 'locations'>): Recording {
    this.#attempt(() => {
      this.#sink.write(traceHeader(store, { ...about, locations: this.#locations }));
      for (const piece of store.pieces()) this.#sink.write(piece);
      this.#sink.close();
    });
    const isFull = store.notStored > 0;
    const rest = `: full, ${count(store.notStored)} more were not kept; raise --trace-max`;
    const figure = `${this.#path}, ${counted(store.length, 'record')}${isFull ? rest : ''}`;
    return { label: 'trace file', figure, isFull };
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new CommandError(`cannot write to ${this.#path}: ${systemReason(error)}`, 1, { cause: error });
    }
  }
}
