import type { RandomSource } from '../core/random.ts';
import type { Peer } from './peer.ts';

/** Peers found through `resolve` that have not proven yet that they are not a replay, at most. */
const EMBRYOS_MAX = 1024;

/** When there is no room, one newcomer of this many gets in; the others come again. */
const ADMIT_ONE_OF = 4;

/**
 * Unproven peers by credential. When there are too many, a random one makes room for some newcomers: were it the oldest for each, as many of
 * them within a round trip as there are places would push each other out before any could answer its PROBE; were it none, whoever
 * replays packets of many peers would lock the others out.
 */
export class Embryos {
  private readonly random: RandomSource;
  private readonly places: Map<string, number> = new Map<string, number>();
  private readonly peers: Peer[] = [];
  private readonly keys: string[] = [];

  constructor(random: RandomSource) {
    this.random = random;
  }

  get size(): number {
    return this.peers.length;
  }

  get isFull(): boolean {
    return this.peers.length >= EMBRYOS_MAX;
  }

  /** Whether a newcomer gets in; to be asked once for each. */
  admits(): boolean {
    return !this.isFull || this.random.nextU32() % ADMIT_ONE_OF === 0;
  }

  get(key: string): Peer | undefined {
    const place = this.places.get(key);
    return place === undefined ? undefined : this.peers[place];
  }

  add(key: string, peer: Peer): void {
    if (this.isFull) this.delete(this.keys[this.random.nextU32() % this.keys.length] as string);
    this.places.set(key, this.peers.length);
    this.peers.push(peer);
    this.keys.push(key);
  }

  delete(key: string): void {
    const place = this.places.get(key);
    if (place === undefined) return;
    this.places.delete(key);
    const lastPeer = this.peers.pop() as Peer;
    const lastKey = this.keys.pop() as string;
    if (lastKey === key) return;
    this.peers[place] = lastPeer;
    this.keys[place] = lastKey;
    this.places.set(lastKey, place);
  }
}
