import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileSink } from '../file/file-sink.ts';
import { PresharedSecret } from '../psk/preshared-secret.ts';
import { createUdpPool } from '../udp/pool.ts';

const secret = PresharedSecret.generate();

/** What TypeScript would not let pass, and a program without it gives. REQ CONF-6 */
describe('createUdpPool', () => {
  test.each<[unknown, RegExp]>([
    [undefined, /options of createUdpPool is undefined; it must be an object/],
    [{}, /secret is undefined; it must be a PresharedSecret/],
    [{ secret: 'abc' }, /secret is 'abc'; it must be a PresharedSecret/],
    [{ secret, bnd: '*:0' }, /there is no bnd; there are bind, secret/],
    [{ secret, bind: 5000 }, /bind is 5000 \(number\); it must be text/],
    [{ secret, keepAlive: 'no' }, /keepAlive is 'no'; it must be true or false/],
    [{ secret, receiveBufferBytes: -1 }, /receiveBufferBytes is -1/],
    [{ secret, endpoint: 5 }, /endpoint is 5/],
    [{ secret, onEvent: 5 }, /onEvent is 5 \(number\); it must be a function/],
    [{ secret, tokens: new SharedArrayBuffer(8) }, /tokens is of class SharedArrayBuffer; .*CausalityMap/],
  ])('refuses %o', async (options, text) => {
    await expect(createUdpPool(options as never)).rejects.toThrow(text);
  });

  test('connects to no peer that its sockets cannot reach', async () => {
    const pool = await createUdpPool({ secret, bind: '127.0.0.1:0' });
    await expect(pool.connect('[::1]:5000')).rejects.toMatchObject({
      code: 'BAD_ADDRESS',
      message: expect.stringContaining('no IPv6 socket: bind to one, or to *'),
    });
    await pool.close();
    await expect(pool.connect('127.0.0.1:5000')).rejects.toMatchObject({ code: 'ERR_DCQUIC_CLOSED' });
  });
});

/** REQ CONF-6 */
describe('a FileSink', () => {
  test.each<[unknown, unknown, RegExp]>([
    [undefined, {}, /the path of a FileSink is undefined/],
    ['', {}, /the path of a FileSink is ''/],
    ['a\0b', {}, /it must be the name of a file/],
    ['a', { te: 1 }, /there is no te; there are sizeBytesMax, tee/],
    ['a', { tee: {} }, /tee is an object; it must be a sink/],
  ])('is not made of %j %j', (path, options, text) => {
    expect(() => new FileSink(path as string, options as never)).toThrow(text);
  });

  // As root a rename would have replaced /dev/null with a file.
  test('takes the place of no device, socket or pipe, and leaves nothing. REQ PAT-5', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dcquic-'));
    const path = join(folder, 'socket');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    const sink = new FileSink(path);
    sink.begin(4, false);
    const error = await new Promise((done) => sink.write(0, new Uint8Array(4), done));
    expect(error).toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringMatching(/a device, a socket/),
    });
    await sink.discard();
    expect(readdirSync(folder)).toEqual(['socket']);
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
});
