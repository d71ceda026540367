import type { TransportEventSubscriber } from '../../events.ts';
import { loadFfi } from '../../native/load.ts';
import type { SocketKind, UdpBindOptions } from '../bind.ts';
import { UdpFeatures } from './features.ts';
import { openLibc, type Libc } from './libc.ts';
import { NativeUdpPort } from './port.ts';
import { watchesErrors } from './readiness.ts';
import { Sockaddrs } from './sockaddr.ts';
import { NativeSocket } from './socket.ts';

/** Whether the numbers and layouts of `abi.ts` hold. */
const isKnownSystem: boolean =
  process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');

/** Sockets of the kernel; undefined where there is no way to them, or it was asked for none. REQ UDP-7, TRN-3 */
export function openLinux(
  { without = [], ffi: names, device }: UdpBindOptions,
  onEvent: TransportEventSubscriber,
): SocketKind<NativeSocket> | undefined {
  const features = new UdpFeatures(without, onEvent);
  if (!isKnownSystem || !features.has('native')) return undefined;
  const ffi = loadFfi(onEvent, names);
  if (ffi === undefined) return undefined;
  let libc: Libc;
  try {
    libc = openLibc(ffi);
  } catch (cause) {
    features.leave('native', cause as Error);
    return undefined;
  }
  // Nobody would tell when there is something to read.
  if (!watchesErrors(ffi)) features.exclude('icmp');
  const addresses = new Sockaddrs(libc);
  return {
    async open(host, port) {
      const socket = new NativeSocket(libc, addresses, {
        host,
        port,
        ...(device === undefined ? {} : { device }),
      });
      socket.configure(features);
      return socket;
    },
    addressOf: ({ address }) => address,
    buffered: (socket) => socket.buffered(features),
    join: (sockets, buffers) => new NativeUdpPort({ libc, addresses, features, sockets, buffers }),
  };
}
