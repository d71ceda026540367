import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import { FrameType } from '../../protocol/wire/generated/types.ts';

const FRAME_TYPES = 256;

/** Which frames the endpoints of a run wrote. Stands in front of another observer, an object of functions. */
export class FrameWatch {
  /** By frame type: 1 if one was written. */
  readonly written: Uint8Array = new Uint8Array(FRAME_TYPES);
  smallestNotifyBytes: number = Infinity;
  largestNotifyBytes: number = -1;

  observer(inner: EndpointObserver): EndpointObserver {
    return {
      ...inner,
      frameSent: (peer, type, slot, generation, ofPeer, detail) => {
        this.written[type] = 1;
        if (type === FrameType.TRANSFER_NOTIFY) {
          if (detail < this.smallestNotifyBytes) this.smallestNotifyBytes = detail;
          if (detail > this.largestNotifyBytes) this.largestNotifyBytes = detail;
        }
        inner.frameSent?.(peer, type, slot, generation, ofPeer, detail);
      },
    };
  }
}
