import type { TransportEventSubscriber } from '../events.ts';
import { FfiRsFfi } from './ffi-rs.ts';
import type { Ffi, FfiName } from './ffi.ts';
import { KoffiFfi } from './koffi.ts';

/** The best one first. */
export const FFI_NAMES: readonly FfiName[] = ['koffi', 'ffi-rs'];

const MAKERS: Record<FfiName, () => Ffi> = {
  koffi: () => new KoffiFfi(),
  'ffi-rs': () => new FfiRsFfi(),
};

/** Those of this thread. */
const loaded = new Map<FfiName, Ffi>();

/**
 * The first of `names` that works on this machine. None: an event, and undefined; everything has a way without.
 * REQ OPS-5
 */
export function loadFfi(
  onEvent: TransportEventSubscriber,
  names: readonly FfiName[] = FFI_NAMES,
): Ffi | undefined {
  const causes: Error[] = [];
  for (const name of names) {
    const known = loaded.get(name);
    if (known !== undefined) return known;
    try {
      const ffi = MAKERS[name]();
      loaded.set(name, ffi);
      return ffi;
    } catch (error) {
      causes.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  onEvent({ type: 'ffi-unavailable', tried: names, causes });
  return undefined;
}
