import { loadFabric } from '../../fabric/open.ts';

/** Providers that need no special hardware. */
const PROVIDERS = ['tcp;ofi_rxm', 'shm'];

/** What is missing on this machine for any of it; undefined: nothing. */
function missing(): string | undefined {
  try {
    loadFabric(() => {});
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Where endpoints of `provider` are to be found: on this machine alone. */
export function bindOf(provider: string): { bind?: string } {
  return provider === 'shm' ? {} : { bind: '127.0.0.1:0' };
}

export const withoutFabric: string | undefined = missing();

/** Those that work here; what is left out is named in the output of the tests. */
export const fabricProviders: string[] = PROVIDERS.filter((provider) => {
  if (withoutFabric !== undefined) {
    console.warn(`libfabric, ${provider}: skipped, ${withoutFabric}`);
    return false;
  }
  const fabric = loadFabric(() => {});
  const offers = fabric.offers({ provider });
  fabric.free(offers);
  if (offers.length === 0) console.warn(`libfabric, ${provider}: skipped, there is no such provider here`);
  return offers.length > 0;
});
