import { assert } from '../core/assert.ts';

export const CREDENTIAL_BYTES = 16;
export const SECRET_BYTES = 32;

/** Which side of the handshake an endpoint was; keeps the two directions' keys apart. */
export type Role = 'client' | 'server';

/** What both sides hold after a handshake (or from configuration). REQ SEC-1 */
export interface PathSecret {
  /** CREDENTIAL_BYTES bytes; names the secret on the wire. */
  credential: Uint8Array;
  /** SECRET_BYTES bytes; every control key derives from it. */
  secret: Uint8Array;
}

export function assertPathSecret(secret: PathSecret): void {
  assert(secret.credential.length === CREDENTIAL_BYTES, 'a credential has 16 bytes');
  assert(secret.secret.length === SECRET_BYTES, 'a path secret has 32 bytes');
}

/** A credential as a map key. */
export function credentialKey(bytes: Uint8Array, start: number): string {
  // In one call: a string put together of pieces is copied once more when a map looks for it.
  return String.fromCharCode(
    pairAt(bytes, start),
    pairAt(bytes, start + 2),
    pairAt(bytes, start + 4),
    pairAt(bytes, start + 6),
    pairAt(bytes, start + 8),
    pairAt(bytes, start + 10),
    pairAt(bytes, start + 12),
    pairAt(bytes, start + 14),
  );
}

function pairAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
