import type { Bytes } from '../../protocol/core/units.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import type { Placement } from '../../protocol/records/placement.ts';
import type { Seat } from '../../protocol/records/seat.ts';
import type { Progress } from '../../protocol/transfer/progress.ts';

/** What an application thread keeps of an exchange whose protocol is in a worker. */
export interface RemoteExchange {
  readonly peer: PeerId;
  /** Of its messages between the threads, all of them: so they stay in order. */
  readonly priority: number;
  readonly byPeer: boolean;
  /** If it is a stream: how much of it this side has written, and how much of that has arrived. */
  stream: StreamAccount | undefined;
  /** Of a call that shares its content. */
  readonly seat: Seat | undefined;
  /** Where its request goes, and how long that is. */
  into: Placement | undefined;
  /** What is told of it is what is in its place, not what is on the way there. */
  progress: Progress | undefined;
  sizeBytes: Bytes;
}

export interface StreamAccount {
  messages: number;
  bytes: Bytes;
  arrivedMessages: number;
  arrivedBytes: Bytes;
}

export function newStreamAccount(openingBytes?: Bytes): StreamAccount {
  const messages = openingBytes === undefined ? 0 : 1;
  return { messages, bytes: openingBytes ?? 0, arrivedMessages: 0, arrivedBytes: 0 };
}

export const NEW_EXCHANGE = {
  stream: undefined,
  seat: undefined,
  into: undefined,
  progress: undefined,
  sizeBytes: 0,
} as const;
