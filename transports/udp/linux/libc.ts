import type { Ffi, NativeFunction, NativeLibrary } from '../../native/ffi.ts';

type Declared<R extends 'i32' | 'u32' | 'i64' | 'pointer', P extends readonly Parameter[]> = NativeFunction<
  R,
  P
>;
type Parameter = 'i32' | 'u32' | 'u64' | 'pointer' | 'bytes' | 'text';

/** Those functions of the C library that sockets need. Each returns -1 for an error, and then `ffi.errno()` says which. */
export interface Libc {
  readonly ffi: Ffi;
  socket: Declared<'i32', ['i32', 'i32', 'i32']>;
  bind: Declared<'i32', ['i32', 'bytes', 'u32']>;
  getsockname: Declared<'i32', ['i32', 'bytes', 'bytes']>;
  setsockopt: Declared<'i32', ['i32', 'i32', 'i32', 'bytes', 'u32']>;
  getsockopt: Declared<'i32', ['i32', 'i32', 'i32', 'bytes', 'bytes']>;
  close: Declared<'i32', ['i32']>;
  sendmsg: Declared<'i64', ['i32', 'pointer', 'i32']>;
  recvmsg: Declared<'i64', ['i32', 'pointer', 'i32']>;
  sendmmsg: Declared<'i32', ['i32', 'pointer', 'u32', 'i32']>;
  recvmmsg: Declared<'i32', ['i32', 'pointer', 'u32', 'i32', 'pointer']>;
  inetNtop: Declared<'pointer', ['i32', 'bytes', 'bytes', 'u32']>;
  inetPton: Declared<'i32', ['i32', 'text', 'bytes']>;
  ifNameToIndex: Declared<'u32', ['text']>;
  ifIndexToName: Declared<'pointer', ['u32', 'bytes']>;
}

const LIBC = 'libc.so.6';
/** One per interface, hence per thread. */
const opened = new WeakMap<Ffi, Libc>();

/** Throws TransportError NATIVE if this system has another C library. */
export function openLibc(ffi: Ffi): Libc {
  const known = opened.get(ffi);
  if (known !== undefined) return known;
  const library: NativeLibrary = ffi.open(LIBC);
  const libc: Libc = {
    ffi,
    socket: library.declare('socket', 'i32', ['i32', 'i32', 'i32']),
    bind: library.declare('bind', 'i32', ['i32', 'bytes', 'u32']),
    getsockname: library.declare('getsockname', 'i32', ['i32', 'bytes', 'bytes']),
    setsockopt: library.declare('setsockopt', 'i32', ['i32', 'i32', 'i32', 'bytes', 'u32']),
    getsockopt: library.declare('getsockopt', 'i32', ['i32', 'i32', 'i32', 'bytes', 'bytes']),
    close: library.declare('close', 'i32', ['i32']),
    sendmsg: library.declare('sendmsg', 'i64', ['i32', 'pointer', 'i32']),
    recvmsg: library.declare('recvmsg', 'i64', ['i32', 'pointer', 'i32']),
    sendmmsg: library.declare('sendmmsg', 'i32', ['i32', 'pointer', 'u32', 'i32']),
    recvmmsg: library.declare('recvmmsg', 'i32', ['i32', 'pointer', 'u32', 'i32', 'pointer']),
    inetNtop: library.declare('inet_ntop', 'pointer', ['i32', 'bytes', 'bytes', 'u32']),
    inetPton: library.declare('inet_pton', 'i32', ['i32', 'text', 'bytes']),
    ifNameToIndex: library.declare('if_nametoindex', 'u32', ['text']),
    ifIndexToName: library.declare('if_indextoname', 'pointer', ['u32', 'bytes']),
  };
  opened.set(ffi, libc);
  return libc;
}
