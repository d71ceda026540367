import type { HostTap } from '../../sim/host/index.ts';
import type { Recorder } from './recorder.ts';

/** One host's tap: counts what is delivered first, and hands on to the diagram if the host is in it. */
export class DeliveryTap implements HostTap {
  inner: HostTap | undefined;
  private readonly recorder: Recorder;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  sent(...call: Parameters<HostTap['sent']>): void {
    this.inner?.sent(...call);
  }

  received(...call: Parameters<HostTap['received']>): void {
    if (call[2] > 0) this.recorder.onDelivered(call[2]);
    this.inner?.received(...call);
  }
}
