import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { TransportEvent } from '../../events.ts';
import { FFI_NAMES, loadFfi } from '../../native/load.ts';
import type { Ffi, NativeLibrary } from '../../native/ffi.ts';

const LIBC = process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6';
const EBADF = 9;

/** What every interface to C has to do, whichever library is behind it. REQ UDP-5, UDP-8, OPS-5 */
describe.each(FFI_NAMES)('%s', (name) => {
  const ffi = loadFfi(() => {}, [name]) as Ffi;
  const testIf = test.skipIf(ffi === undefined);
  const libc = (): NativeLibrary => ffi.open(LIBC);

  testIf('calls with numbers of each size, signed and not', () => {
    const labs = libc().declare('labs', 'i64', ['i64']);
    expect([labs(-5), labs(-(2 ** 52) - 1)]).toEqual([5, 2 ** 52 + 1]);
    const abs = libc().declare('abs', 'i32', ['i32']);
    expect(abs(-7)).toBe(7);
    // Its own inverse on machines of either endianness.
    const htonl = libc().declare('htonl', 'u32', ['u32']);
    expect(htonl(htonl(0xfedcba98))).toBe(0xfedcba98);
    expect([0x80000000, 128]).toContain(htonl(128));
    const strlen = libc().declare('strlen', 'u64', ['text']);
    expect([strlen(''), strlen('four')]).toEqual([0, 4]);
    const memmove = libc().declare('memmove', 'bits64', ['bits64', 'bits64', 'u64']);
    expect([memmove(2n ** 64n - 3n, 1n, 0), memmove(5n, 1n, 0)]).toEqual([2n ** 64n - 3n, 5n]);
    expect(libc().declare('srand', 'void', ['u32'])(1)).toBeUndefined();
    expect(libc().declare('strerror', 'text', ['i32'])(EBADF)).toMatch(/descriptor/i);
  });

  testIf('writes into the bytes it was given, also into parts, small ones and shared ones', () => {
    const memset = libc().declare('memset', 'pointer', ['bytes', 'i32', 'u64']);
    const whole = new Uint8Array(100);
    const part = whole.subarray(10, 20);
    memset(part, 7, 10);
    expect([whole[9], whole[10], whole[19], whole[20]]).toEqual([0, 7, 7, 0]);
    const small = new Uint8Array(3);
    const shared = new Uint8Array(new SharedArrayBuffer(8), 4);
    memset(small, 8, 3);
    memset(shared, 9, 2);
    expect([...small, ...shared]).toEqual([8, 8, 8, 9, 9, 0, 0]);
  });

  testIf('knows where bytes are, and views memory', () => {
    const whole = new Uint8Array(4096);
    const shared = new Uint8Array(new SharedArrayBuffer(64));
    expect(ffi.addressOf(whole.subarray(16)) - ffi.addressOf(whole)).toBe(16);
    expect(ffi.addressOf(shared.subarray(8)) - ffi.addressOf(shared)).toBe(8);
    const memset = libc().declare('memset', 'pointer', ['pointer', 'i32', 'u64']);
    expect(memset(ffi.addressOf(whole) + 100, 5, 2)).toBe(ffi.addressOf(whole) + 100);
    expect([...whole.subarray(99, 103)]).toEqual([0, 5, 5, 0]);
    const view = ffi.view(ffi.addressOf(whole) + 100, 4);
    view[2] = 6;
    expect([view.length, ...whole.subarray(100, 104)]).toEqual([4, 5, 5, 6, 0]);
  });

  testIf('finds what the process itself has loaded', () => {
    expect(ffi.open().declare('getpid', 'i32', [])()).toBe(process.pid);
  });

  testIf('tells errno', () => {
    const close = libc().declare('close', 'i32', ['i32']);
    expect(close(-1)).toBe(-1);
    expect(ffi.errno()).toBe(EBADF);
  });

  testIf('says so when a library or a function is missing, before it is called', () => {
    expect(() => ffi.open('libnot-there.so')).toThrow(
      expect.objectContaining({
        code: 'NATIVE',
        message: expect.stringContaining('libnot-there.so') as string,
      }),
    );
    expect(() => libc().declare('no_such_function', 'void', [])).toThrow(
      expect.objectContaining({
        code: 'NATIVE',
        message: expect.stringContaining('no_such_function') as string,
      }),
    );
  });

  test.skipIf(ffi?.through === undefined)('calls through a pointer', () => {
    const dlsym = libc().declare('dlsym', 'pointer', ['pointer', 'text']);
    const strnlen = ffi.through!(dlsym(0, 'strnlen'), 'u64', ['text', 'u64']);
    expect([strnlen('abcdef', 100), strnlen('abcdef', 2)]).toEqual([6, 2]);
    const memmove = ffi.through!(dlsym(0, 'memmove'), 'bits64', ['bits64', 'bits64', 'u64']);
    expect(memmove(7n, 1n, 0)).toBe(7n);
  });

  test.skipIf(ffi?.watch === undefined || process.platform !== 'linux')(
    'tells the event loop of a readable descriptor, again after it was read empty',
    async () => {
      const AF_INET = 2;
      const SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0o4000 | 0o2000000;
      const address = Uint8Array.of(AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
      const descriptor = libc().declare('socket', 'i32', ['i32', 'i32', 'i32'])(
        AF_INET,
        SOCK_DGRAM_NONBLOCK_CLOEXEC,
        0,
      );
      libc().declare('bind', 'i32', ['i32', 'bytes', 'u32'])(descriptor, address, 16);
      const length = Uint8Array.of(16, 0, 0, 0);
      libc().declare('getsockname', 'i32', ['i32', 'bytes', 'bytes'])(descriptor, address, length);
      const recv = libc().declare('recv', 'i64', ['i32', 'bytes', 'u64', 'i32']);
      const sender = createSocket('udp4');
      const heard: number[] = [];
      const buffer = new Uint8Array(16);
      let wake = (): void => {};
      const watch = ffi.watch!(descriptor, () => {
        while (recv(descriptor, buffer, 16, 0) > 0) heard.push(buffer[0] as number);
        wake();
      });
      watch.setKeepAlive(false);
      for (const what of [1, 2]) {
        sender.send(Uint8Array.of(what), address[2]! * 256 + address[3]!, '127.0.0.1');
        await new Promise<void>((resolve) => (wake = resolve));
      }
      expect(heard).toEqual([1, 2]);
      watch.close();
      expect(libc().declare('close', 'i32', ['i32'])(descriptor)).toBe(0);
      sender.close();
    },
  );

  testIf('works in worker threads, and the process ends well', () => {
    const script = fileURLToPath(new URL('../support/ffi-thread.mjs', import.meta.url));
    const end = spawnSync(process.execPath, [script, name, 'main-first'], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(end).toMatchObject({ status: 0, stdout: `${name} 4 4\n` });
  });
});

test('ffi-rs, which would crash the process, is not loaded by a worker thread before the main thread did', () => {
  const script = fileURLToPath(new URL('../support/ffi-thread.mjs', import.meta.url));
  const end = spawnSync(process.execPath, [script, 'ffi-rs', 'worker-first'], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(end).toMatchObject({ status: 0, stdout: expect.stringContaining('main thread first') as string });
});

test('no interface at all is an event, not an error', () => {
  const events: TransportEvent[] = [];
  expect(loadFfi((event) => events.push(event), [])).toBeUndefined();
  expect(events).toEqual([{ type: 'ffi-unavailable', tried: [], causes: [] }]);
});
