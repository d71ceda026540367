import type { Bytes } from '../core/units.ts';

/** Reports of one transfer at most, whatever its size. */
const REPORTS_MAX = 100;

/** When somebody should hear how far a transfer has come: as many times for a long one as for a short one. */
export class Progress {
  private readonly stepBytes: Bytes;
  private nextBytes: Bytes;

  constructor(totalBytes: Bytes) {
    this.stepBytes = Math.ceil(totalBytes / REPORTS_MAX);
    this.nextBytes = this.stepBytes;
  }

  isNews(bytes: Bytes): boolean {
    if (bytes < this.nextBytes) return false;
    this.nextBytes = bytes + this.stepBytes;
    return true;
  }
}
