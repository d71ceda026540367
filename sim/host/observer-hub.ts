import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import type { ControlPacket } from '../../protocol/wire/index.ts';

type Call<Name extends keyof EndpointObserver> = Parameters<NonNullable<EndpointObserver[Name]>>;

/** Hands on what one host's endpoints write and take to whoever wants to know. */
export class ObserverHub implements EndpointObserver {
  /** Of most packets, and hardly anybody wants to know: it is there only if somebody does. */
  dataSent?: NonNullable<EndpointObserver['dataSent']>;
  readonly #observers: EndpointObserver[] = [];

  add(observer: EndpointObserver): void {
    this.#observers.push(observer);
    if (observer.dataSent !== undefined) this.dataSent = this.#tellData;
  }

  // Called for each frame and packet: nothing is gathered.
  frameSent(
    peer: PeerId,
    type: number,
    slot: number,
    generation: number,
    ofPeer: boolean,
    detail: number,
  ): void {
    for (const observer of this.#observers)
      observer.frameSent?.(peer, type, slot, generation, ofPeer, detail);
  }

  transferAnnounced(
    peer: PeerId,
    slot: number,
    generation: number,
    replySlot: number,
    replyGeneration: number,
    isRepeated: boolean,
  ): void {
    for (const observer of this.#observers)
      observer.transferAnnounced?.(peer, slot, generation, replySlot, replyGeneration, isRepeated);
  }

  readonly #tellData = (...call: Call<'dataSent'>): void => {
    for (const observer of this.#observers) observer.dataSent?.(...call);
  };

  packetSent(peer: PeerId, packet: ControlPacket, bytes: Uint8Array, start: number, end: number): void {
    for (const observer of this.#observers) observer.packetSent?.(peer, packet, bytes, start, end);
  }

  packetTaken(peer: PeerId, packet: ControlPacket, probesOnly: boolean): void {
    for (const observer of this.#observers) observer.packetTaken?.(peer, packet, probesOnly);
  }

  packetOpened(packet: ControlPacket): void {
    for (const observer of this.#observers) observer.packetOpened?.(packet);
  }

  packetRefused(...call: Call<'packetRefused'>): void {
    for (const observer of this.#observers) observer.packetRefused?.(...call);
  }

  frameRefused(...call: Call<'frameRefused'>): void {
    for (const observer of this.#observers) observer.frameRefused?.(...call);
  }

  probeTaken(...call: Call<'probeTaken'>): void {
    for (const observer of this.#observers) observer.probeTaken?.(...call);
  }
}
