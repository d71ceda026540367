/** A place in the memory of this process. User space has 47 bits on every platform we run on, so a number is exact. */
export type Pointer = number;

/** What C means by it, and what JavaScript passes for it. */
interface ValueOf {
  i32: number;
  u32: number;
  /** `long`, `ssize_t`: exact up to 2^53; what uses all 64 bits is declared as `bits64`. */
  i64: number;
  /** `unsigned long`, `size_t`: as i64. */
  u64: number;
  /** 64 bits that mean anything: keys, cookies. */
  bits64: bigint;
  /** An address as `addressOf` or another function gave it; 0 is NULL. */
  pointer: Pointer;
  /** The address of these bytes, not a copy: C may write to them, during the call only. Not empty. */
  bytes: Uint8Array;
  /** A string that ends with a zero, during the call only. */
  text: string;
  void: void;
}

/** Types of parameters. */
export type CType = Exclude<keyof ValueOf, 'void'>;
/** Types of results. */
export type CResult = Exclude<keyof ValueOf, 'bytes'>;

export type NativeFunction<Result extends CResult, Parameters extends readonly CType[]> = (
  ...values: { -readonly [K in keyof Parameters]: ValueOf[Parameters[K]] }
) => ValueOf[Result];

export interface NativeLibrary {
  /** A function of the library. Throws TransportError NATIVE if it has none of that name. */
  declare<Result extends CResult, const Parameters extends readonly CType[]>(
    name: string,
    result: Result,
    parameters: Parameters,
  ): NativeFunction<Result, Parameters>;
}

export type FfiName = 'koffi' | 'ffi-rs';

/** Watches a descriptor from the event loop. */
export interface ReadWatch {
  /** Whether watching keeps the process alive. At first it does. */
  setKeepAlive(keepAlive: boolean): void;
  /** Ends it. Comes before the descriptor is closed. */
  close(): void;
}

/**
 * What the native parts need of a foreign function interface. Calls are synchronous, in the calling thread; what C gets
 * wrong there ends the process. One instance per thread. REQ UDP-5
 */
export interface Ffi {
  readonly name: FfiName;
  /** Throws TransportError NATIVE if there is no such library, or it cannot be loaded. Without a path: what this process has loaded. */
  open(path?: string): NativeLibrary;
  /** Where the bytes are. Valid for as long as the caller keeps them. Not of empty ones. */
  addressOf(bytes: Uint8Array): Pointer;
  /** The memory itself, not a copy. Whoever owns it keeps it for as long as the view is used. */
  view(at: Pointer, lengthBytes: number): Uint8Array;
  /** `errno` after the last call; read at once. */
  errno(): number;
  /** A function behind a pointer, such as an entry of a table. Undefined: this interface cannot. */
  readonly through?: <Result extends CResult, const Parameters extends readonly CType[]>(
    pointer: Pointer,
    result: Result,
    parameters: Parameters,
  ) => NativeFunction<Result, Parameters>;
  /** Calls back whenever a descriptor is readable or has an error, until it has been read empty. Undefined: this interface, or this thread, cannot. */
  readonly watch?: ((descriptor: number, onReadable: () => void) => ReadWatch) | undefined;
}
