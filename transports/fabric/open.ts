import { TransportError } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import { loadFfi } from '../native/index.ts';
import { splitHostPort } from '../udp/address.ts';
import { Domain } from './domain.ts';
import { FabricLibrary, type Offer } from './library.ts';

/** One of this process: providers set themselves up once. */
let library: FabricLibrary | undefined;

/** libfabric on this machine. Throws TransportError NATIVE with what is missing. REQ EFA-1 */
export function loadFabric(onEvent: TransportEventSubscriber): FabricLibrary {
  if (library !== undefined) return library;
  const ffi = loadFfi(onEvent);
  if (ffi === undefined)
    throw new TransportError('NATIVE', 'libfabric needs calls to C: neither koffi nor ffi-rs can be loaded');
  library = new FabricLibrary(ffi);
  return library;
}

/** The best device of `provider`, opened. Throws TransportError NATIVE or FabricError. */
export function openDomain(
  provider: string,
  bind: string | undefined,
  onEvent: TransportEventSubscriber,
): Domain {
  const loaded = loadFabric(onEvent);
  const { host, port } = bind === undefined ? {} : splitHostPort(bind);
  const offers = loaded.offers({ provider, ...(host === undefined ? {} : { host, port: port as number }) });
  const [offer] = offers;
  if (offer === undefined)
    throw new TransportError('NATIVE', `libfabric ${loaded.version} has no provider ${provider} here`);
  try {
    return new Domain(loaded, offer);
  } catch (error) {
    loaded.free(offers);
    throw error;
  }
}

/** What can be had of each of `providers`, for people. Empty for those that are not there. REQ EFA-1 */
export function fabricDevices(
  loaded: FabricLibrary,
  providers: readonly string[],
): Map<string, Pick<Offer, 'domain' | 'providerVersion'>[]> {
  const found = new Map<string, Pick<Offer, 'domain' | 'providerVersion'>[]>();
  for (const provider of providers) {
    const offers = loaded.offers({ provider });
    found.set(
      provider,
      offers.map(({ domain, providerVersion }) => ({ domain, providerVersion })),
    );
    loaded.free(offers);
  }
  return found;
}
