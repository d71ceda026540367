import type { BufferId } from '../../endpoint/buffers.ts';
import { UP, bodyOf } from './bytes.ts';
import type { Reference } from './reference.ts';
import type { Stage } from './stage.ts';
import { reasonOf } from './stream-side.ts';

/** One id of a buffer, as the application that holds it knows it. */
export interface HeldBuffer {
  host: number;
  incarnation: number;
  id: BufferId;
  /** Whose bytes it has, by which who gets them knows them. */
  source: number;
  bytes: Uint8Array;
}

/** The buffers that applications hold, by their ids. */
export class HeldBuffers {
  private readonly stage: Stage;
  private readonly reference: Reference;
  private held: HeldBuffer[] = [];
  /** Allocations that wait for room. */
  private readonly waiting: Set<{ host: number; incarnation: number }> = new Set();
  /** Whatever is there is released at once. */
  private isHasty = false;

  constructor(stage: Stage, reference: Reference) {
    this.stage = stage;
    this.reference = reference;
  }

  isAlive(at: { host: number; incarnation: number }): boolean {
    return this.stage.isUp(at.host) && this.stage.incarnation(at.host) === at.incarnation;
  }

  /** Those that live hosts hold. */
  get list(): HeldBuffer[] {
    return this.held.filter((buffer) => this.isAlive(buffer));
  }

  /** A buffer when there is room for it, filled with bytes that say whose they are. */
  allocate(host: number, sizeBytes: number): void {
    const { buffers } = this.stage.pool(host);
    const source = this.reference.issue();
    const bytes = bodyOf(source, UP, 0, sizeBytes);
    const place = { host, incarnation: this.stage.incarnation(host) };
    this.waiting.add(place);
    buffers.allocate(bytes.length).then(
      (id) => {
        this.waiting.delete(place);
        if (source % 2 === 0) buffers.write(id, bytes);
        else buffers.encrypt(id, bytes);
        buffers.fill(id);
        this.held.push({ ...place, id, source, bytes });
        if (this.isHasty) this.releaseAll();
      },
      (error: unknown) => {
        this.waiting.delete(place);
        if (reasonOf(error) !== 'closed') this.reference.differ(`no buffer at ${host}: ${String(error)}`);
      },
    );
  }

  clone(buffer: HeldBuffer): void {
    const id = this.stage.pool(buffer.host).buffers.clone(buffer.id);
    this.held.push({ ...buffer, id });
  }

  release(buffer: HeldBuffer): void {
    this.held = this.held.filter((other) => other !== buffer);
    this.stage.pool(buffer.host).buffers.release(buffer.id);
  }

  /** Nobody needs one any more, nor those that are waited for. */
  releaseAll(): void {
    this.isHasty = true;
    for (const buffer of this.list) this.release(buffer);
  }

  /** All was released: nobody waits. */
  expectNone(): void {
    this.isHasty = false;
    for (const place of this.waiting)
      if (this.isAlive(place)) this.reference.differ(`host ${place.host} waits for a buffer`);
  }
}
