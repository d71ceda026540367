import { assert } from '../core/assert.ts';
import type { Fifo } from '../core/fifo.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutboundTransfer } from './outbound.ts';

/** As many transfers that ended in line may stay there. */
const ENDED_IN_LINE = 64;

/** The first of `queue` that still wants to be announced; those before it are taken out. */
export function firstQueued(peer: Peer, queue: Fifo<OutboundTransfer>): OutboundTransfer | undefined {
  let transfer = queue.peek();
  for (; transfer !== undefined && transfer.state !== 'queued'; transfer = queue.peek()) {
    unqueue(peer, queue);
  }
  return transfer;
}

/** Of those at `level` that were never announced; the responses first, which need no credit: the request granted it, or two peers full of each other's requests could never answer. */
export function firstOfLevel(peer: Peer, level: number): OutboundTransfer | undefined {
  const [responses, requests] = [peer.notifyQueues[level * 2], peer.notifyQueues[level * 2 + 1]];
  const response = responses === undefined ? undefined : firstQueued(peer, responses);
  if (response !== undefined || requests === undefined || !peer.mayBegin) return response;
  return firstQueued(peer, requests);
}

/** It is announced: takes it off its queue, and the share of its level is used. MUST SHARE-2 */
export function onAnnounced(transfer: OutboundTransfer): void {
  const { peer, priority, isResponse } = transfer;
  const retried = peer.notifyRetries.peek() === transfer;
  const queue = retried ? peer.notifyRetries : peer.notifyQueue(priority, isResponse);
  assert(queue.peek() === transfer, 'the announced transfer is the next of its queue');
  if (!retried) peer.notifyShares.onServed(peer.notifyLevels, priority, 1);
  unqueue(peer, queue);
}

function unqueue(peer: Peer, queue: Fifo<OutboundTransfer>): void {
  const transfer = queue.shift();
  if (transfer === undefined) return;
  transfer.notifyQueued = false;
  if (transfer.state === 'done') peer.endedQueued -= 1;
  if (queue === peer.notifyRetries) return;
  if (transfer.isResponse) peer.responsesQueued -= 1;
  else peer.requestsQueued -= 1;
  const { priority } = transfer;
  const { notifyQueues } = peer;
  const left = (notifyQueues[priority * 2]?.length ?? 0) + (notifyQueues[priority * 2 + 1]?.length ?? 0);
  if (left === 0) peer.notifyLevels &= ~(1 << priority);
}

/** What ended in line holds its message: it goes before there is more of it than of what lives, also while nothing can be announced. */
export function onEndedInLine(peer: Peer): void {
  peer.endedQueued += 1;
  const { endedQueued, requestsQueued, responsesQueued, notifyRetries } = peer;
  const total = requestsQueued + responsesQueued + notifyRetries.length;
  if (endedQueued === total || endedQueued > Math.max(total / 2, ENDED_IN_LINE)) sweep(peer);
}

function sweep(peer: Peer): void {
  for (const queue of [peer.notifyRetries, ...peer.notifyQueues]) {
    // Once around.
    for (let left = queue?.length ?? 0; left > 0; left -= 1) {
      const transfer = queue?.peek() as OutboundTransfer;
      if (transfer.state === 'done') {
        unqueue(peer, queue as Fifo<OutboundTransfer>);
      } else {
        queue?.shift();
        queue?.push(transfer);
      }
    }
  }
}

/** Also lets go of what ended while it was queued. */
export function clearQueues(peer: Peer): void {
  for (const queue of [peer.notifyRetries, ...peer.notifyQueues]) {
    queue?.forEach((transfer) => {
      transfer.notifyQueued = false;
    });
    queue?.clear();
  }
  peer.notifyLevels = 0;
  peer.requestsQueued = 0;
  peer.responsesQueued = 0;
  peer.endedQueued = 0;
}
