import type { Token } from '../causality/causality-map.ts';
import type { UsageError } from '../endpoint/usage-error.ts';
import type { PeerId } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { CausalCall } from './causality.ts';
import type { UnaryOptions, UnaryResponse } from './pool.ts';
import type { TransferError } from './transfer-error.ts';
import { UnaryCall } from './unary-call.ts';
import type { CallHost } from './unary-call.ts';

export interface BroadcastOptions extends UnaryOptions {
  /** Told of each outcome as it is known. */
  onOutcome?: (outcome: BroadcastOutcome) => void;
}

/** What became of a broadcast at one peer. */
export type BroadcastOutcome =
  | { peer: PeerId; response: UnaryResponse; error?: never }
  | { peer: PeerId; error: TransferError; response?: never };

/** The promise of a broadcast, with the token of each of its calls, in the order of the peers. */
export type BroadcastCall = Promise<BroadcastOutcome[]> & { readonly tokens: readonly Token[] };

/** A call to each peer, all of one sealed message; each is tried again, and ends, by itself. REQ PAT-13, PAT-11, HEALTH-10 */
export function broadcast(
  host: CallHost,
  peers: readonly PeerId[],
  messages: readonly OutgoingMessage[],
  options: BroadcastOptions,
  causals: readonly CausalCall[],
): BroadcastCall {
  const begin = (peer: PeerId, i: number): Promise<BroadcastOutcome> =>
    new Promise((resolve) => {
      const settle = (outcome: BroadcastOutcome): void => {
        // First: whatever the application throws is no reason to keep it waiting.
        resolve(outcome);
        options.onOutcome?.(outcome);
      };
      new UnaryCall(
        host,
        peer,
        messages[i] as OutgoingMessage,
        options,
        causals[i] as CausalCall,
        (response) => settle({ peer, response }),
        (error) => settle({ peer, error }),
      ).start();
    });
  return Object.assign(Promise.all(peers.map(begin)), { tokens: causals.map(({ token }) => token) });
}

/** What a broadcast that must not begin had taken goes back. */
export function abandon(
  messages: readonly OutgoingMessage[],
  causals: readonly CausalCall[],
  error: UsageError,
): void {
  for (const { seat } of messages) seat?.leave();
  for (const causal of causals) causal.end(error);
}
