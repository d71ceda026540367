import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { TransportError } from '../errors.ts';
import type { CResult, CType, Ffi, NativeFunction, NativeLibrary, Pointer } from './ffi.ts';
import { orNative } from './native-error.ts';

interface Call {
  library: string;
  funcName: string;
  retType: number;
  paramsType: number[];
  paramsValue: unknown[];
}

/** Of the types of ffi-rs, what is used. */
interface FfiRs {
  DataType: Record<
    'I32' | 'U32' | 'I64' | 'U64' | 'BigInt' | 'U8Array' | 'String' | 'Void' | 'External',
    number
  >;
  open(library: { library: string; path: string }): void;
  load(call: Call): unknown;
  createExternalBuffer(memory: object, lengthBytes: number): Buffer;
}

const LIBC = process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6';
const ERRNO_LOCATION = process.platform === 'darwin' ? '__error' : '__errno_location';
const RTLD_LAZY = 1;
/** What dlopen takes for the program and all it has loaded. */
const ITSELF = '';

/**
 * The interface that is always installed: some microseconds a call. What it cannot: call through pointers, and watch
 * descriptors.
 */
export class FfiRsFfi implements Ffi {
  readonly name = 'ffi-rs';
  readonly #ffi: FfiRs;
  readonly #types: Record<CType | CResult, number>;
  readonly #errno: Int32Array;
  readonly #dlopen: (path: string, flags: number) => Pointer;
  readonly #dlsym: (library: Pointer, name: string) => Pointer;
  readonly #addressOf: (bytes: Uint8Array, same: Uint8Array, lengthBytes: number) => Pointer;

  /** Throws what `require` throws if it does not fit this machine. */
  constructor() {
    assertLoadable();
    this.#ffi = createRequire(import.meta.url)('ffi-rs') as FfiRs;
    const { I32, U32, I64, U64, BigInt, U8Array, String, Void } = this.#ffi.DataType;
    this.#types = {
      i32: I32,
      u32: U32,
      i64: I64,
      u64: U64,
      bits64: BigInt,
      pointer: U64,
      bytes: U8Array,
      text: String,
      void: Void,
    };
    this.#ffi.open({ library: LIBC, path: LIBC });
    this.#dlopen = this.#function(LIBC, 'dlopen', 'pointer', ['text', 'i32']);
    this.#dlsym = this.#function(LIBC, 'dlsym', 'pointer', ['pointer', 'text']);
    this.#addressOf = this.#function(LIBC, 'memmove', 'pointer', ['bytes', 'bytes', 'u64']);
    const errnoAt = this.#function(LIBC, ERRNO_LOCATION, 'pointer', [])();
    const errno = this.view(errnoAt, 4);
    this.#errno = new Int32Array(errno.buffer, errno.byteOffset, 1);
  }

  open(path: string = ITSELF): NativeLibrary {
    orNative(path, () => this.#ffi.open({ library: path, path }));
    const handle = this.#dlopen(path, RTLD_LAZY);
    return {
      declare: (name, result, parameters) => {
        // Otherwise it would be missed at the first call.
        if (this.#dlsym(handle, name) === 0) throw new TransportError('NATIVE', `${path} has no ${name}`);
        return this.#function(path, name, result, parameters);
      },
    };
  }

  addressOf(bytes: Uint8Array): Pointer {
    return this.#addressOf(bytes, bytes, 0);
  }

  view(at: Pointer, lengthBytes: number): Uint8Array {
    // Any function that gives back an address can make one of its own kind of pointer.
    const { External, U64 } = this.#ffi.DataType;
    const memory = this.#ffi.load({
      library: LIBC,
      funcName: 'memmove',
      retType: External,
      paramsType: [U64, U64, U64],
      paramsValue: [at, at, 0],
    });
    return this.#ffi.createExternalBuffer(memory as object, lengthBytes);
  }

  errno(): number {
    return this.#errno[0] as number;
  }

  #function<R extends CResult, const P extends readonly CType[]>(
    library: string,
    funcName: string,
    result: R,
    parameters: P,
  ): NativeFunction<R, P> {
    const retType = this.#types[result];
    const paramsType = parameters.map((type) => this.#types[type]);
    const call = (...paramsValue: unknown[]): unknown => {
      const value = this.#ffi.load({ library, funcName, retType, paramsType, paramsValue });
      // It knows signed ones only.
      return result === 'bits64' ? BigInt.asUintN(64, value as bigint) : value;
    };
    return call as NativeFunction<R, P>;
  }
}

/** The process would crash when it ends if a worker thread was the first to load it. */
function assertLoadable(): void {
  if (isMainThread) return;
  let maps = '';
  try {
    maps = readFileSync('/proc/self/maps', 'latin1');
  } catch {
    // Not Linux.
  }
  if (!maps.includes('ffi-rs.')) {
    throw new TransportError('NATIVE', 'ffi-rs is loaded by the main thread first: call loadFfi() there');
  }
}
