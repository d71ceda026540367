import type { Path } from '../problem.ts';
import type { HostFault, HostPlace } from '../host-fault.ts';
import type { HostFaultDraft } from '../shape/host-fault.ts';
import { type Given, present } from './present.ts';
import type { Surroundings } from './workload.ts';

/** Checks a fault of hosts; `on`: the hosts that it names. */
export function resolveHostFault(
  draft: HostFaultDraft,
  on: HostPlace,
  path: Path,
  { findings }: Surroundings,
): HostFault {
  const { at: atNs } = draft;
  if (draft.kind === 'crash') {
    return { kind: draft.kind, atNs, ...present({ restartNs: draft.restart }), on };
  }
  const lasting: Given<{ atNs: number; forNs: number | undefined }> & { on: HostPlace } = {
    ...present({ forNs: draft.for }),
    atNs,
    on,
  };
  switch (draft.kind) {
    case 'pause':
      return { kind: draft.kind, ...lasting };
    case 'exhaust':
      return { kind: draft.kind, ...lasting, roomBytes: draft.room };
    case 'slow-app': {
      const { delay, every } = draft;
      if (delay === undefined && every === undefined)
        findings.add(path, 'neither delay nor every is given', 'write delay: 100us, every: 10us, or both');
      return { kind: draft.kind, ...lasting, ...present({ delayNs: delay, everyNs: every }) };
    }
    case 'clock': {
      const { offset, drift, jump } = draft;
      if (offset === undefined && drift === undefined && jump === undefined) {
        const remedy = 'write offset: 5ms, drift: 100/1000000, jump: -5ms, or several of them';
        findings.add(path, 'none of offset, drift and jump is given', remedy);
      } else if (draft.for !== undefined && offset === undefined && drift === undefined) {
        const remedy = 'leave for out, or write offset: then the clock is set back at the end';
        findings.add([...path, 'for'], 'a jump alone takes no time', remedy);
      }
      return { kind: draft.kind, ...lasting, ...present({ offsetNs: offset, drift, jumpNs: jump }) };
    }
  }
}
