import type { AeadKey, CryptoSuite } from '../crypto/suite.ts';
import { KEY_BYTES } from '../crypto/suite.ts';
import type { PathSecret, Role } from './path-secret.ts';

/** 64 random bits that name one incarnation of an endpoint's state for a peer. */
export interface Epoch {
  readonly hi: number;
  readonly lo: number;
}

/**
 * The control key of (direction, epoch, worker, phase): HKDF-Expand of the path secret, so rotation needs no
 * exchange and a new epoch never repeats a nonce of an old one. REQ KEY-2, KEY-8, SEC-4 · MUST KEY-1
 */
export function deriveControlKey(
  suite: CryptoSuite,
  path: PathSecret,
  sender: Role,
  epoch: Epoch,
  worker: number,
  phase: number,
): AeadKey {
  const context = new Uint8Array(18);
  context[0] = sender === 'client' ? 0 : 1;
  writeU32(context, 1, epoch.hi);
  writeU32(context, 5, epoch.lo);
  context[9] = worker;
  writeU32(context, 10, Math.floor(phase / 2 ** 32));
  writeU32(context, 14, phase >>> 0);
  return suite.aeadKey(suite.expand(path.secret, 'dcquic control key', context, KEY_BYTES));
}

/** The sending side: rotates by itself after `packetsMax` packets. REQ KEY-4, SEC-3 · MUST KEY-2 */
export class ControlSendKeys {
  phase = 0;
  key: AeadKey;
  private packets = 0;
  private readonly derive: (phase: number) => AeadKey;
  private readonly packetsMax: number;

  constructor(derive: (phase: number) => AeadKey, packetsMax: number) {
    this.derive = derive;
    this.packetsMax = packetsMax;
    this.key = derive(0);
  }

  /** Counts one packet about to be sealed, after a rotation if it is due. */
  use(): AeadKey {
    if (this.packets >= this.packetsMax) {
      this.phase += 1;
      this.key = this.derive(this.phase);
      this.packets = 0;
    }
    this.packets += 1;
    return this.key;
  }
}

/** The receiving side: holds the newest phase and the one before it. REQ KEY-5, KEY-9 · MUST KEY-5 */
export class ControlReceiveKeys {
  phase: number;
  private current: AeadKey;
  private previous: AeadKey | undefined;
  private candidate: AeadKey | undefined;
  private candidatePhase = -1;
  private readonly derive: (phase: number) => AeadKey;

  /** `phase`: that of the first packet seen, which need not be 0: the sender may be older than the receiver. */
  constructor(derive: (phase: number) => AeadKey, phase: number) {
    this.derive = derive;
    this.phase = phase;
    this.current = derive(phase);
  }

  /**
   * The key to try for `phase`; undefined if it is retired. Any later one is tried, as after a long loss there is no telling how many
   * passed: a forged phase costs one derivation, no more than a forged epoch.
   */
  keyFor(phase: number): AeadKey | undefined {
    if (phase === this.phase) return this.current;
    // Of an epoch whose first packet was of a later phase, too: that one may have overtaken others.
    if (phase === this.phase - 1) return (this.previous ??= this.derive(phase));
    if (phase < this.phase) return undefined;
    if (this.candidatePhase !== phase) {
      this.candidate = this.derive(phase);
      this.candidatePhase = phase;
    }
    return this.candidate;
  }

  /** A packet of `phase` has authenticated: it becomes the newest. */
  confirm(phase: number): void {
    if (phase <= this.phase) return;
    this.previous = phase === this.phase + 1 ? this.current : this.derive(phase - 1);
    this.current = this.candidate as AeadKey;
    this.phase = phase;
    this.candidate = undefined;
    this.candidatePhase = -1;
  }
}

function writeU32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}
