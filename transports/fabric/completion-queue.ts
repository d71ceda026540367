import type { NativeFunction, Pointer } from '../native/index.ts';
import {
  CQ_FORMAT_DATA,
  Completion,
  CompletionError,
  CqAttr,
  CqTable,
  DomainTable,
  EAGAIN,
  EAVAIL,
} from './abi.ts';
import type { Domain } from './domain.ts';
import type { FabricError } from './fabric-error.ts';
import { Struct } from './structs.ts';

/** Completions that one call takes. */
const BATCH = 64;
/** Errors that one poll takes: each costs two calls. */
const ERRORS_MAX = 64;

/** What became of an operation, told by the pointer that it was given. */
export interface CompletionHandler {
  done(context: Pointer, lengthBytes: number): void;
  failed(context: Pointer, error: FabricError): void;
}

/** Where an endpoint says what it has done. To look also drives providers that have no thread of their own. */
export class CompletionQueue {
  readonly pointer: Pointer;
  readonly #domain: Domain;
  readonly #read: NativeFunction<'i64', ['pointer', 'bytes', 'u64']>;
  readonly #readError: NativeFunction<'i64', ['pointer', 'bytes', 'u64']>;
  readonly #entries = Struct.of(BATCH * Completion.bytes);
  readonly #error = Struct.of(CompletionError.bytes);

  constructor(domain: Domain, entriesMax: number) {
    const { library } = domain;
    this.#domain = domain;
    const attr = Struct.of(CqAttr.bytes);
    attr.setPointer(CqAttr.size, entriesMax);
    attr.setI32(CqAttr.format, CQ_FORMAT_DATA);
    const open = library.method(domain.pointer, DomainTable.ops, DomainTable.cq, 'i32', [
      'pointer',
      'bytes',
      'bytes',
      'pointer',
    ]);
    this.pointer = library.made('opening a completion queue', (out) =>
      open(domain.pointer, attr.bytes, out, 0),
    );
    this.#read = library.method(this.pointer, CqTable.ops, CqTable.read, 'i64', ['pointer', 'bytes', 'u64']);
    this.#readError = library.method(this.pointer, CqTable.ops, CqTable.readError, 'i64', [
      'pointer',
      'bytes',
      'u64',
    ]);
  }

  /** Hands at most a batch of them to `handler`; how many. Throws FabricError if the queue itself is broken. */
  poll(handler: CompletionHandler): number {
    const { library } = this.#domain;
    let errors = 0;
    for (;;) {
      const count = this.#read(this.pointer, this.#entries.bytes, BATCH);
      if (count === -EAVAIL && errors < ERRORS_MAX) {
        errors += 1;
        this.#takeError(handler);
        continue;
      }
      if (count === -EAGAIN || count === -EAVAIL) return errors;
      library.check('reading completions', count);
      for (let i = 0; i < count; i += 1) {
        const at = i * Completion.bytes;
        const entries = this.#entries;
        handler.done(entries.pointer(at + Completion.context), entries.pointer(at + Completion.length));
      }
      return count + errors;
    }
  }

  #takeError(handler: CompletionHandler): void {
    const entry = this.#error;
    entry.bytes.fill(0);
    if (this.#readError(this.pointer, entry.bytes, 0) < 1) return;
    const errno = entry.i32(CompletionError.errno);
    const own = entry.i32(CompletionError.providerErrno);
    const error = this.#domain.library.error('an operation failed', errno, own);
    handler.failed(entry.pointer(CompletionError.context), error);
  }

  close(): void {
    this.#domain.library.close('the completion queue', this.pointer);
  }
}
