import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../crypto/node-crypto.ts';
import { PresharedSecret } from '../psk/preshared-secret.ts';

const HEX = '00112233445566778899aabbccddeeff'.repeat(2);
const folder = mkdtempSync(join(tmpdir(), 'dcquic-psk-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('PresharedSecret', () => {
  it('gives client and server the same path secret, without state. REQ SEC-1', () => {
    const client = PresharedSecret.fromHex(HEX).newPath();
    expect(client.credential).toHaveLength(16);
    expect(client.secret).toHaveLength(32);
    expect(PresharedSecret.fromHex(HEX).resolve(client.credential)).toEqual(client);
  });

  it('derives by HKDF-Expand with the documented label. MUST KEY-7', () => {
    const credential = new Uint8Array(16).fill(4);
    const expected = nodeCrypto.expand(Buffer.from(HEX, 'hex'), 'dcquic psk path', credential, 32);
    expect(PresharedSecret.fromHex(HEX).resolve(credential)?.secret).toEqual(expected);
  });

  it('never gives two clients the same credential, and another secret another path. MUST KEY-7', () => {
    const psk = PresharedSecret.fromHex(HEX);
    const one = psk.newPath();
    expect(psk.newPath().credential).not.toEqual(one.credential);
    expect(PresharedSecret.generate().resolve(one.credential)?.secret).not.toEqual(one.secret);
  });

  it('has another path at each worker, so that nothing said to one means anything to another', () => {
    const psk = PresharedSecret.fromHex(HEX);
    const credential = new Uint8Array(16).fill(1);
    const secrets = [0, 1, 2].map((worker) => String(psk.ofWorker(worker).resolve(credential)?.secret));
    expect(new Set(secrets).size).toBe(3);
    expect(secrets[0]).toBe(String(psk.resolve(credential)?.secret));
    expect(new PresharedSecret(psk.ofWorker(2).copyBytes()).resolve(credential)?.secret.join()).toBe(
      secrets[2],
    );
  });

  it('keeps its own copy of a credential that lies in a reused datagram', () => {
    const datagram = new Uint8Array(16).fill(1);
    const path = PresharedSecret.fromHex(HEX).resolve(datagram);
    datagram.fill(2);
    expect(path?.credential).toEqual(new Uint8Array(16).fill(1));
  });

  it('has no path for what is not a credential', () => {
    expect(PresharedSecret.fromHex(HEX).resolve(new Uint8Array(15))).toBeUndefined();
  });

  it('reads hexadecimal digits or raw bytes from a file', () => {
    const expected = PresharedSecret.fromHex(HEX).resolve(new Uint8Array(16));
    for (const content of [`${HEX}\n`, `  ${HEX.toUpperCase()}\r\n`, Buffer.from(HEX, 'hex')]) {
      expect(PresharedSecret.fromFile(file('psk', content)).resolve(new Uint8Array(16))).toEqual(expected);
    }
  });

  it('refuses what is not 32 bytes, and does not print it', () => {
    for (const text of ['', 'zz'.repeat(32), HEX.slice(1), `${HEX}0`]) {
      expect(() => PresharedSecret.fromHex(text)).toThrow(
        expect.objectContaining({ code: 'BAD_SECRET', message: expect.not.stringContaining(HEX.slice(1)) }),
      );
      expect(() => PresharedSecret.fromFile(file('bad', text))).toThrow(
        expect.objectContaining({ code: 'BAD_SECRET' }),
      );
    }
    expect(() => PresharedSecret.fromFile(join(folder, 'missing'))).toThrow(
      expect.objectContaining({ code: 'BAD_SECRET' }),
    );
  });
});
