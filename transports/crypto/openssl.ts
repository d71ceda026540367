import type { Ffi, NativeFunction } from '../native/ffi.ts';

type Update = NativeFunction<'i32', ['pointer', 'pointer', 'pointer', 'pointer', 'i32']>;
type Init = NativeFunction<'i32', ['pointer', 'pointer', 'pointer', 'pointer', 'pointer']>;
type Final = NativeFunction<'i32', ['pointer', 'pointer', 'pointer']>;

/** Of libcrypto, what AES-GCM and HMAC need. Its manual pages: EVP_EncryptInit(3), HMAC(3). */
export interface OpenSsl {
  newContext: NativeFunction<'pointer', []>;
  aes128Gcm: NativeFunction<'pointer', []>;
  sha256: NativeFunction<'pointer', []>;
  encryptInit: Init;
  decryptInit: Init;
  encryptUpdate: Update;
  decryptUpdate: Update;
  encryptFinal: Final;
  decryptFinal: Final;
  control: NativeFunction<'i32', ['pointer', 'i32', 'i32', 'pointer']>;
  hmac: NativeFunction<'pointer', ['pointer', 'pointer', 'i32', 'pointer', 'u64', 'pointer', 'pointer']>;
}

/** The OpenSSL inside this process; undefined if its functions cannot be found. */
export function declareOpenSsl(ffi: Ffi): OpenSsl | undefined {
  const init = ['pointer', 'pointer', 'pointer', 'pointer', 'pointer'] as const;
  const update = ['pointer', 'pointer', 'pointer', 'pointer', 'i32'] as const;
  const final = ['pointer', 'pointer', 'pointer'] as const;
  const hmac = ['pointer', 'pointer', 'i32', 'pointer', 'u64', 'pointer', 'pointer'] as const;
  try {
    const self = ffi.open();
    return {
      newContext: self.declare('EVP_CIPHER_CTX_new', 'pointer', []),
      aes128Gcm: self.declare('EVP_aes_128_gcm', 'pointer', []),
      sha256: self.declare('EVP_sha256', 'pointer', []),
      encryptInit: self.declare('EVP_EncryptInit_ex', 'i32', init),
      decryptInit: self.declare('EVP_DecryptInit_ex', 'i32', init),
      encryptUpdate: self.declare('EVP_EncryptUpdate', 'i32', update),
      decryptUpdate: self.declare('EVP_DecryptUpdate', 'i32', update),
      encryptFinal: self.declare('EVP_EncryptFinal_ex', 'i32', final),
      decryptFinal: self.declare('EVP_DecryptFinal_ex', 'i32', final),
      control: self.declare('EVP_CIPHER_CTX_ctrl', 'i32', ['pointer', 'i32', 'i32', 'pointer']),
      hmac: self.declare('HMAC', 'pointer', hmac),
    };
  } catch {
    // E.g. a Node without exported symbols: node:crypto does the same, slower.
    return undefined;
  }
}
