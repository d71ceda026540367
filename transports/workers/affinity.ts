import type { Ffi } from '../native/ffi.ts';
import { systemError } from '../udp/linux/system-error.ts';

/** cpu_set_t: a bit for each of 1024 cores. */
const SET_BYTES = 128;
const THIS_THREAD = 0;

/** Keeps this thread on one core. Throws what the system says, or TransportError NATIVE. REQ CORE-3, NIC-2, OPS-2 */
export function pinThread(ffi: Ffi, core: number): void {
  const set = new Uint8Array(SET_BYTES);
  set[core >> 3] = 1 << (core & 7);
  const setAffinity = ffi.open('libc.so.6').declare('sched_setaffinity', 'i32', ['i32', 'u64', 'bytes']);
  if (setAffinity(THIS_THREAD, SET_BYTES, set) !== 0) throw systemError('sched_setaffinity', ffi.errno());
}
