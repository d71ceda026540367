import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { CResult, CType, Ffi, NativeFunction, NativeLibrary, Pointer, ReadWatch } from './ffi.ts';
import { orNative } from './native-error.ts';

type Callable = (...values: unknown[]) => unknown;

/** Of koffi's own types, what is used; it may not be installed. */
interface Koffi {
  load(path: string | null): { func(name: string, result: string, parameters: string[]): Callable };
  proto(result: string, parameters: string[]): object;
  decode(pointer: bigint, type: object): Callable;
  address(bytes: Uint8Array): bigint;
  view(pointer: bigint, lengthBytes: number): ArrayBuffer;
  errno(): number;
  node: { poll(descriptor: number, events: PollEvents, ready: PollCallback): KoffiPoll };
}

interface PollEvents {
  readable: boolean;
}

/** `status` is negative if the descriptor has an error; then the watch has ended. */
type PollCallback = (status: number) => void;

interface KoffiPoll {
  start(events: PollEvents, ready: PollCallback): void;
  ref(): void;
  unref(): void;
  close(): void;
}

const TYPES: Record<CType | CResult, string> = {
  i32: 'int32_t',
  u32: 'uint32_t',
  i64: 'int64_t',
  u64: 'uint64_t',
  bits64: 'uint64_t',
  pointer: 'uint64_t',
  bytes: 'void *',
  text: 'str',
  void: 'void',
};

const typesOf = (parameters: readonly CType[]): string[] => parameters.map((type) => TYPES[type]);

function typed<R extends CResult, const P extends readonly CType[]>(
  call: Callable,
  result: R,
): NativeFunction<R, P> {
  // It gives numbers where they are exact.
  const exact: Callable = result === 'bits64' ? (...values) => BigInt(call(...values) as number) : call;
  return exact as NativeFunction<R, P>;
}

/** The interface of choice: 0.1 µs a call, calls through pointers, and the event loop tells when a descriptor is readable. */
export class KoffiFfi implements Ffi {
  readonly name = 'koffi';
  readonly #koffi: Koffi;

  /** Throws what `require` throws if it is not there or does not fit this machine. */
  constructor() {
    this.#koffi = createRequire(import.meta.url)('koffi') as Koffi;
  }

  open(path?: string): NativeLibrary {
    const library = orNative(path, () => this.#koffi.load(path ?? null));
    return {
      declare: (name, result, parameters) =>
        typed(
          orNative(path, () => library.func(name, TYPES[result], typesOf(parameters))),
          result,
        ),
    };
  }

  addressOf(bytes: Uint8Array): Pointer {
    return Number(this.#koffi.address(bytes));
  }

  view(at: Pointer, lengthBytes: number): Uint8Array {
    return new Uint8Array(this.#koffi.view(BigInt(at), lengthBytes));
  }

  errno(): number {
    return this.#koffi.errno();
  }

  readonly through = <R extends CResult, const P extends readonly CType[]>(
    pointer: Pointer,
    result: R,
    parameters: P,
  ): NativeFunction<R, P> => {
    const prototype = this.#koffi.proto(TYPES[result], typesOf(parameters));
    return typed(this.#koffi.decode(BigInt(pointer), prototype), result);
  };

  // In a worker thread that is ending, an event that is still due would end the whole process: koffi cannot call JavaScript then.
  readonly watch: Ffi['watch'] = isMainThread
    ? (descriptor, onReadable) => this.#watch(descriptor, onReadable)
    : undefined;

  #watch(descriptor: number, onReadable: () => void): ReadWatch {
    let isClosed = false;
    const ready = (status: number): void => {
      try {
        onReadable();
      } catch (error) {
        // koffi would swallow it, and never call again.
        setImmediate(() => {
          throw error;
        });
      }
      if (status < 0 && !isClosed) poll.start({ readable: true }, ready);
    };
    const poll = this.#koffi.node.poll(descriptor, { readable: true }, ready);
    return {
      setKeepAlive: (keepAlive) => (keepAlive ? poll.ref() : poll.unref()),
      close: () => {
        isClosed = true;
        poll.close();
      },
    };
  }
}
