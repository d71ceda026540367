import { deriveControlKey } from '../../protocol/keys/control-keys.ts';
import type { CryptoSuite } from '../../protocol/crypto/suite.ts';
import type { PeerConfig } from '../../protocol/peer/peer.ts';
import type { ControlPacket } from '../../protocol/wire/index.ts';

/** Whether the packet at `at` of `bytes`, read into `packet`, was sealed by the other side of `known` under the key that it names. */
export function isAuthentic(
  crypto: CryptoSuite,
  { secret, role }: PeerConfig,
  packet: ControlPacket,
  bytes: Uint8Array,
  at: number,
): boolean {
  const { epochHi: hi, epochLo: lo, worker, keyPhase, packetNumber, sealedStart, sealedLength } = packet;
  const sender = role === 'client' ? 'server' : 'client';
  const key = deriveControlKey(crypto, secret, sender, { hi, lo }, worker, keyPhase);
  const plain = new Uint8Array(sealedLength);
  const end = sealedStart + sealedLength;
  return key.open(packetNumber, bytes, at, sealedStart, bytes, sealedStart, end, plain, 0);
}
