import { assert } from '../../protocol/core/assert.ts';
import { OutgoingMessage } from '../../protocol/records/message.ts';
import { SealedContent } from '../../protocol/records/sealed-content.ts';
import { Seat } from '../../protocol/records/seat.ts';
import { SharedPayload } from '../../protocol/records/shared-payload.ts';
import { Flag, bodyOf, headersOf, type Message } from './message.ts';

/** Contents of an application thread that several calls share: by number, with the messages whose seats are not left. */
export class Contents {
  readonly #shared = new Map<number, (OutgoingMessage | undefined)[]>();
  readonly #onUnseated: (number: number) => void;

  /** @param onUnseated a sealed buffer that was sent is not needed any more */
  constructor(onUnseated: (number: number) => void) {
    this.#onUnseated = onUnseated;
  }

  /** What a call, or an answer, carries. The seat of one that was sealed by the application is to be left by who asked for it. */
  of(message: Message): OutgoingMessage {
    const { flags, y, z, outside } = message;
    if ((flags & Flag.SHARED) !== 0) return this.#common(message, y, z);
    if ((flags & Flag.SEALED) === 0) return new OutgoingMessage(bodyOf(message), headersOf(message));
    assert(outside?.sealed !== undefined, 'sealed records come with their call');
    const content = new SealedContent(outside.sealed, () => this.#onUnseated(y));
    return new OutgoingMessage(NONE, headersOf(message), new Seat(content, true), content);
  }

  #common(message: Message, number: number, at: number): OutgoingMessage {
    let messages = this.#shared.get(number);
    if (messages === undefined) {
      const { count = 0, keeps = false } = message.outside ?? {};
      const whole = new OutgoingMessage(bodyOf(message), headersOf(message));
      messages = SharedPayload.messages(whole, count, keeps);
      this.#shared.set(number, messages);
    }
    const found = messages[at];
    assert(found !== undefined, 'a seat that was left is not used');
    return found;
  }

  leave(number: number, at: number): void {
    const messages = this.#shared.get(number);
    if (messages === undefined) return;
    messages[at]?.seat?.leave();
    messages[at] = undefined;
    if (messages.every((one) => one === undefined)) this.#shared.delete(number);
  }

  /** Who shared them is gone. */
  clear(): void {
    for (const [number, messages] of this.#shared) messages.forEach((_, at) => this.leave(number, at));
  }
}

const NONE: Uint8Array = new Uint8Array(0);
