import type { HostTap, SimHost } from '../../sim/host/index.ts';
import type { Packet } from '../../sim/net/index.ts';
import type { Recorder } from './recorder.ts';

/** One host's tap: counts what is delivered first, and hands on to the diagram if the host is in it. */
export class DeliveryTap implements HostTap {
  inner: HostTap | undefined;
  private readonly recorder: Recorder;
  private readonly next: HostTap | undefined;

  /** @param next an extension's tap, told of everything, too. */
  constructor(recorder: Recorder, next: HostTap | undefined) {
    this.recorder = recorder;
    this.next = next;
  }

  sent(host: SimHost, packet: Packet): void {
    this.next?.sent(host, packet);
    this.inner?.sent(host, packet);
  }

  received(host: SimHost, packet: Packet, freshBytes: number): void {
    if (freshBytes > 0) this.recorder.onDelivered(freshBytes);
    this.next?.received(host, packet, freshBytes);
    this.inner?.received(host, packet, freshBytes);
  }
}
