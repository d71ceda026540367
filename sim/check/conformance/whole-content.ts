import type { Packet } from '../../net/packet.ts';

const DATAGRAM_BYTES_MAX = 65_536;
const FACTOR = 0x1b873593;

const scratch = new Uint8Array(DATAGRAM_BYTES_MAX);
const words = new Int32Array(scratch.buffer);

/** 32 bits over all of a datagram, also what it carries by reference, which stays where it is. */
export function wholeContent(packet: Packet): number {
  const { lengthBytes, shared, sharedAt, sharedStart } = packet;
  scratch.set(packet.headers());
  if (shared !== null) shared.copy(sharedStart, sharedStart + lengthBytes - sharedAt, scratch, sharedAt);
  scratch.fill(0, lengthBytes, (lengthBytes + 3) & ~3);
  let hash = lengthBytes;
  for (let i = 0; i < (lengthBytes + 3) >> 2; i += 1) {
    hash = Math.imul(hash ^ (words[i] as number), FACTOR);
    hash ^= hash >>> 15;
  }
  return hash;
}
