import { lookup } from 'node:dns/promises';
import type { Address } from '../../protocol/core/address.ts';
import { TransportError } from '../errors.ts';
import { addressOf, splitHostPort } from './address.ts';

/**
 * A peer as people write it, `host:port` with a name or a number. Throws TransportError BAD_ADDRESS or
 * NAME_NOT_FOUND. IPv4 wins if the name has both, because every peer of a pool has IPv4 sockets.
 */
export async function resolvePeer(text: string): Promise<Address> {
  const { host, port } = splitHostPort(text);
  if (port === 0) throw new TransportError('BAD_ADDRESS', `${text}: a peer's port is 1 … 65535`);
  const numeric = addressOf(host, port);
  if (numeric !== undefined) return numeric;
  try {
    const found = await lookup(host, { all: true });
    const best = found.find((entry) => entry.family === 4) ?? found[0];
    const address = best === undefined ? undefined : addressOf(best.address, port);
    if (address !== undefined) return address;
  } catch (cause) {
    throw new TransportError('NAME_NOT_FOUND', `${text}: ${host} has no address`, { cause });
  }
  throw new TransportError('NAME_NOT_FOUND', `${text}: ${host} has no address`);
}
