import { describe, expect, test } from 'vitest';
import { TransmitBuffer } from '../../../protocol/transmit.ts';
import type { Ffi } from '../../native/ffi.ts';
import { DatagramReader } from '../../udp/linux/datagram-reader.ts';
import { UdpFeatures, type UdpFeature } from '../../udp/linux/features.ts';
import type { Libc } from '../../udp/linux/libc.ts';
import { SegmentSender } from '../../udp/linux/segment-sender.ts';
import { Sockaddrs } from '../../udp/linux/sockaddr.ts';

const [EIO, EAGAIN, EMSGSIZE, ENOSYS, ECONNREFUSED] = [5, 11, 90, 38, 111];

/** A kernel that answers each call as the test says: a result, or minus an error. Says in which order it was called. */
class Kernel {
  readonly calls: string[] = [];
  readonly answers: Record<string, number[]> = {};
  readonly events: string[] = [];
  readonly features: UdpFeatures;
  #errno = 0;

  constructor(without: readonly UdpFeature[] = []) {
    this.features = new UdpFeatures(without, (event) => {
      this.events.push(
        event.type === 'udp-fallback' ? `${event.feature}: ${event.cause.message}` : event.type,
      );
    });
  }

  readonly #call = (name: string, usual: number): number => {
    this.calls.push(usual > 1 ? `${name} ${usual}` : name);
    const answer = this.answers[name]?.shift() ?? usual;
    this.#errno = answer < 0 ? -answer : 0;
    return Math.max(answer, -1);
  };

  get libc(): Libc {
    const ffi = { addressOf: () => 4096, errno: () => this.#errno } as unknown as Ffi;
    return {
      ffi,
      sendmsg: () => this.#call('sendmsg', 1),
      sendmmsg: (_: number, __: number, count: number) => this.#call('sendmmsg', count),
      inetNtop: () => 0,
      recvmsg: () => this.#call('recvmsg', 1),
      recvmmsg: (_: number, __: number, count: number) => this.#call('recvmmsg', count),
    } as unknown as Libc;
  }

  sender(): SegmentSender {
    return new SegmentSender(this.libc, 3, new Sockaddrs(this.libc), this.features);
  }
}

function run(segments: number): TransmitBuffer {
  const transmit = new TransmitBuffer(100 * segments);
  Object.assign(transmit, { destination: 0x7f0000010009, segmentBytes: 100, lengthBytes: 100 * segments });
  return transmit;
}

/** REQ UDP-3, UDP-5, OPS-5 */
describe('a sender of segments', () => {
  test('needs one call for a run', () => {
    const kernel = new Kernel();
    expect(kernel.sender().send(run(44), 0)).toBe(44);
    expect(kernel.calls).toEqual(['sendmsg']);
  });

  test('copies pieces of a run where segments go one by one, and when it has to wait', () => {
    for (const [feature, count] of [
      ['gso', 0],
      ['ecn', 1],
    ] as const) {
      const kernel = new Kernel([feature]);
      const transmit = run(2);
      const memory = new Uint8Array(100).fill(9);
      transmit.pieces.add(10, memory, 5, 25);
      kernel.sender().send(transmit, 0);
      // With GSO the kernel takes them from where they are.
      expect(transmit.pieces.count).toBe(count);
      transmit.join();
      expect([...transmit.bytes.subarray(9, 31)]).toEqual([0, ...new Array<number>(20).fill(9), 0]);
    }
  });

  test('goes down the ladder for good, each step an event, and the run is sent all the same', () => {
    const kernel = new Kernel();
    kernel.answers['sendmsg'] = [-EIO];
    kernel.answers['sendmmsg'] = [-ENOSYS];
    const sender = kernel.sender();
    expect([sender.send(run(3), 0), sender.errno]).toEqual([3, 0]);
    expect(kernel.calls).toEqual(['sendmsg', 'sendmmsg 3', 'sendmsg', 'sendmsg', 'sendmsg']);
    expect(kernel.events).toEqual(['gso: sendmsg EIO', 'sendmmsg: sendmmsg ENOSYS']);
    kernel.calls.length = 0;
    expect(sender.send(run(2), 0)).toBe(2);
    expect(kernel.calls).toEqual(['sendmsg', 'sendmsg']);
    expect(kernel.features.list).not.toContain('gso');
  });

  test('has nothing sent when the kernel is full, and keeps its way', () => {
    const kernel = new Kernel();
    kernel.answers['sendmsg'] = [-EAGAIN];
    const sender = kernel.sender();
    expect([sender.send(run(3), 0), sender.errno]).toEqual([0, EAGAIN]);
    expect([kernel.calls, kernel.events]).toEqual([['sendmsg'], []]);
  });

  test('says how many of a run were taken before the kernel was full, or refused one', () => {
    const kernel = new Kernel(['gso']);
    kernel.answers['sendmmsg'] = [2, -EAGAIN, 70];
    const sender = kernel.sender();
    expect([sender.send(run(5), 0), sender.errno]).toEqual([2, EAGAIN]);
    const plain = new Kernel(['gso', 'sendmmsg']);
    plain.answers['sendmsg'] = [1, -EMSGSIZE];
    const slow = plain.sender();
    expect([slow.send(run(5), 0), slow.errno]).toEqual([1, EMSGSIZE]);
    expect(slow.send(run(5), 2)).toBe(3);
  });

  test('sends again when the error was that of an earlier datagram', () => {
    const kernel = new Kernel();
    kernel.answers['sendmsg'] = [-ECONNREFUSED];
    const sender = kernel.sender();
    expect([sender.send(run(3), 0), sender.errno, kernel.calls.length]).toEqual([3, 0, 2]);
  });
});

test('a reader goes on with single calls when the kernel has none for many', () => {
  const kernel = new Kernel();
  kernel.answers['recvmmsg'] = [-ENOSYS];
  const reader = new DatagramReader(kernel.libc, 3, new Sockaddrs(kernel.libc), kernel.features);
  let datagrams = 0;
  reader.read((_, bytes) => (datagrams += bytes.length));
  expect(kernel.calls).toEqual(['recvmmsg 4', 'recvmsg']);
  expect(kernel.events).toEqual(['recvmmsg: recvmmsg ENOSYS']);
  expect(datagrams).toBe(1);
});
