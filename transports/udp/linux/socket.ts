import type { Address } from '../../../protocol/core/address.ts';
import type { Bytes } from '../../../protocol/core/units.ts';
import { addressOf, isIpv6 } from '../address.ts';
import type { BufferedSocket } from '../socket-buffers.ts';
import * as abi from './abi.ts';
import type { UdpFeature, UdpFeatures } from './features.ts';
import type { Libc } from './libc.ts';
import type { Sockaddrs } from './sockaddr.ts';
import { systemError } from './system-error.ts';

export interface NativeSocketOptions {
  /** Numeric. */
  host: string;
  port: number;
  /** Name of a network interface; packets use no other. */
  device?: string;
}

/** One non-blocking UDP socket of the kernel. REQ UDP-1, UDP-4, UDP-7, NIC-4 */
export class NativeSocket {
  readonly descriptor: number;
  readonly isIpv6: boolean;
  readonly address: Address;
  readonly #libc: Libc;

  /** Throws what the system says, as Node does (EADDRINUSE, EACCES …). */
  constructor(libc: Libc, addresses: Sockaddrs, { host, port, device }: NativeSocketOptions) {
    this.#libc = libc;
    const asked = addressOf(host, port) as Address;
    this.isIpv6 = isIpv6(asked);
    const family = this.isIpv6 ? abi.AF_INET6 : abi.AF_INET;
    this.descriptor = libc.socket(family, abi.SOCK_DGRAM | abi.SOCK_NONBLOCK | abi.SOCK_CLOEXEC, 0);
    this.#check('socket', this.descriptor);
    try {
      if (this.isIpv6) this.#check('setsockopt', this.set(abi.SOL_IPV6, abi.IPV6_V6ONLY, 1));
      if (device !== undefined) this.#bindToDevice(device);
      const name = new DataView(new ArrayBuffer(abi.SOCKADDR_BYTES));
      const length = addresses.write(asked, name);
      this.#check('bind', libc.bind(this.descriptor, bytesOf(name), length));
      const lengths = new Int32Array([abi.SOCKADDR_BYTES]);
      this.#check('getsockname', libc.getsockname(this.descriptor, bytesOf(name), bytesOf(lengths)));
      this.address = addresses.read(name, 0);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** -1 if the kernel refuses. */
  set(level: number, option: number, value: number): number {
    return this.#libc.setsockopt(this.descriptor, level, option, bytesOf(new Int32Array([value])), 4);
  }

  get(level: number, option: number): number {
    const value = new Int32Array(1);
    const length = new Int32Array([4]);
    this.#check(
      'getsockopt',
      this.#libc.getsockopt(this.descriptor, level, option, bytesOf(value), bytesOf(length)),
    );
    return value[0] as number;
  }

  /** Turns on what is in use and the kernel has; what it has not is left. */
  configure(features: UdpFeatures): void {
    const use = (feature: UdpFeature, level: number, option: number, value: number): void => {
      if (!features.has(feature) || this.set(level, option, value) === 0) return;
      features.leave(feature, systemError('setsockopt', this.#libc.ffi.errno()));
    };
    // 0 is no segment size: it only asks whether the kernel knows the option.
    use('gso', abi.SOL_UDP, abi.UDP_SEGMENT, 0);
    use('gro', abi.SOL_UDP, abi.UDP_GRO, 1);
    const [level, mark, read, errors] = this.isIpv6
      ? [abi.SOL_IPV6, abi.IPV6_TCLASS, abi.IPV6_RECVTCLASS, abi.IPV6_RECVERR]
      : [abi.SOL_IP, abi.IP_TOS, abi.IP_RECVTOS, abi.IP_RECVERR];
    use('ecn', level, mark, abi.ECN_ECT0);
    use('ecn', level, read, 1);
    use('icmp', level, errors, 1);
  }

  /** Its buffers; with privilege, beyond the limit of the system. */
  buffered(features: UdpFeatures): BufferedSocket {
    const set = (force: number, option: number, bytes: Bytes): void => {
      if (features.has('large-buffers') && this.set(abi.SOL_SOCKET, force, bytes) === 0) return;
      this.#check('setsockopt', this.set(abi.SOL_SOCKET, option, bytes));
    };
    return {
      setRecvBufferSize: (bytes) => set(abi.SO_RCVBUFFORCE, abi.SO_RCVBUF, bytes),
      setSendBufferSize: (bytes) => set(abi.SO_SNDBUFFORCE, abi.SO_SNDBUF, bytes),
      getRecvBufferSize: () => this.get(abi.SOL_SOCKET, abi.SO_RCVBUF),
      getSendBufferSize: () => this.get(abi.SOL_SOCKET, abi.SO_SNDBUF),
    };
  }

  close(): void {
    this.#libc.close(this.descriptor);
  }

  #bindToDevice(device: string): void {
    const name = Buffer.from(`${device}\0`);
    const result = this.#libc.setsockopt(
      this.descriptor,
      abi.SOL_SOCKET,
      abi.SO_BINDTODEVICE,
      name,
      name.length,
    );
    this.#check(`bind to device ${device}`, result);
  }

  #check(call: string, result: number): void {
    if (result < 0) throw systemError(call, this.#libc.ffi.errno());
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
