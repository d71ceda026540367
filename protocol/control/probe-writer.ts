import type { Peer } from '../peer/peer.ts';
import { Probe, ProbeResponse } from '../wire/index.ts';
import { WRITTEN } from './frame-set.ts';

/** Puts a frame into the packet that is written; false if there is no room. */
type Put = (frame: { emit(out: Uint8Array, at: number, limit: number): number }) => boolean;

/** PROBEs and their answers, which stand first in a packet. MUST FRESH-3 */
export class ProbeWriter {
  private readonly put: Put;
  private readonly observe: (peer: Peer, type: number) => void;

  constructor(put: Put, observe: (peer: Peer, type: number) => void) {
    this.put = put;
    this.observe = observe;
  }

  /** The packet is for an incarnation to which all else would mean transfers, numbers and credit that it never had. MUST FRESH-10 */
  writeChallenge(peer: Peer): void {
    const { challenge } = peer;
    challenge.due = false;
    this.writeEchoes(peer, challenge.echoes);
    this.writeProbe(peer, challenge.nonceHi, challenge.nonceLo);
  }

  /** MUST FRESH-3: the answers first. */
  write(peer: Peer): void {
    this.writeEchoes(peer, peer.echoes);
    if (peer.probeDue && this.writeProbe(peer, peer.probeHi, peer.probeLo)) peer.probeDue = false;
  }

  private writeEchoes(peer: Peer, echoes: number[]): void {
    let done = 0;
    for (; done < echoes.length; done += 2) {
      WRITTEN.echo.nonceHi = echoes[done] as number;
      WRITTEN.echo.nonceLo = echoes[done + 1] as number;
      if (!this.put(WRITTEN.echo)) break;
      this.observe(peer, ProbeResponse.TYPE);
    }
    echoes.splice(0, done);
  }

  private writeProbe(peer: Peer, nonceHi: number, nonceLo: number): boolean {
    WRITTEN.probe.nonceHi = nonceHi;
    WRITTEN.probe.nonceLo = nonceLo;
    if (!this.put(WRITTEN.probe)) return false;
    this.observe(peer, Probe.TYPE);
    return true;
  }
}
