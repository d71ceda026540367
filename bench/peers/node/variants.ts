import type { UdpPoolOptions } from '../../../transports/index.ts';

/** dcquic with something missing: what each fallback costs. Issue 6, acceptance 3. */
export const VARIANTS: Readonly<Record<string, Partial<UdpPoolOptions>>> = {
  'no GSO': { without: ['gso'] },
  'no GSO, sendmmsg': { without: ['gso', 'sendmmsg'] },
  'no GRO': { without: ['gro'] },
  'no recvmmsg': { without: ['recvmmsg'] },
  'no GRO, recvmmsg': { without: ['gro', 'recvmmsg'] },
  'ffi-rs': { ffi: ['ffi-rs'] },
  'small buffers': { without: ['large-buffers'], receiveBufferBytes: 212_992, sendBufferBytes: 212_992 },
  'one core': {},
  'no FFI': { without: ['native'] },
};

/** The variant that both processes share one core in. */
export const ONE_CORE = 'one core';
