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
  let key = '';
  for (let i = start; i < start + CREDENTIAL_BYTES; i += 2) {
    key += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
  }
  return key;
}
