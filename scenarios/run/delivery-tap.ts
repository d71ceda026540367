import type { HostTap, SimHost } from '../../sim/host/index.ts';
import type { Recorder } from './recorder.ts';

/** One host's tap: counts what is delivered first, and hands on to the diagram if the host is in it. */
export class DeliveryTap implements HostTap {
  inner: HostTap | undefined;
  private readonly recorder: Recorder;
  private deliveredBytes = 0;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  sent(...call: Parameters<HostTap['sent']>): void {
    this.inner?.sent(...call);
  }

  received(host: SimHost, ...rest: [packet: Parameters<HostTap['received']>[1], useful: boolean]): void {
    if (rest[1]) {
      const total = host.endpoint.counters.payloadBytesFirst;
      this.recorder.onDelivered(Math.max(total - this.deliveredBytes, 0));
      this.deliveredBytes = total;
    }
    this.inner?.received(host, ...rest);
  }
}
