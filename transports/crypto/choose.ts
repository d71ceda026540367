import type { CryptoSuite } from '../../protocol/crypto/suite.ts';
import type { Ffi } from '../native/ffi.ts';
import { nativeCrypto } from './native-crypto.ts';
import { nodeCrypto } from './node-crypto.ts';

/** One per interface, hence per thread. */
const suites = new WeakMap<Ffi, CryptoSuite>();

/** The quickest AES-128-GCM here: with an interface whose calls cost microseconds, that is node:crypto. */
export function chooseCrypto(ffi: Ffi | undefined): CryptoSuite {
  if (ffi === undefined || ffi.name !== 'koffi') return nodeCrypto;
  const suite = suites.get(ffi) ?? nativeCrypto(ffi) ?? nodeCrypto;
  suites.set(ffi, suite);
  return suite;
}
