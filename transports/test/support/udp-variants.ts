import type { UdpBindOptions } from '../../udp/bind.ts';
import { loadFfi } from '../../native/load.ts';

export type UdpVariant = Pick<UdpBindOptions, 'without' | 'ffi'>;

const PLAIN: UdpVariant = { without: ['gso', 'sendmmsg', 'gro', 'recvmmsg', 'ecn', 'icmp', 'large-buffers'] };

/** Every way UDP can go, from the fastest to the one that works everywhere. REQ UDP-5, UDP-6, OPS-5 */
const ALL: Readonly<Record<string, UdpVariant>> = {
  'koffi, everything': { ffi: ['koffi'] },
  'ffi-rs, everything': { ffi: ['ffi-rs'] },
  'no GSO': { without: ['gso'] },
  'no GSO, no sendmmsg': { without: ['gso', 'sendmmsg'] },
  'no GRO': { without: ['gro'] },
  'no recvmmsg': { without: ['recvmmsg'] },
  'plain calls': PLAIN,
  'plain calls, ffi-rs': { ...PLAIN, ffi: ['ffi-rs'] },
  'node:dgram': { without: ['native'] },
};

/** Whether this machine can go that way. */
function isPossible({ without, ffi }: UdpVariant): boolean {
  if (without?.includes('native') === true) return true;
  return process.platform === 'linux' && loadFfi(() => {}, ffi) !== undefined;
}

const isHere = ([, variant]: [string, UdpVariant]): boolean => isPossible(variant);

/** Those possible here, and the names of the others, for a test that is skipped then. */
export const udpVariants: [name: string, variant: UdpVariant][] = Object.entries(ALL).filter(isHere);
export const missingVariants: string[] = Object.entries(ALL)
  .filter((one) => !isHere(one))
  .map(([name]) => name);

export const isNative = ({ without }: UdpVariant): boolean => without?.includes('native') !== true;
