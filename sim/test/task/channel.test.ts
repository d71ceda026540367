import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY, RandomChooser, type SimError, simulate, type Sim, type TaskHandle } from '../../index.ts';

type Command =
  | { readonly do: 'send' | 'trySend' | 'receive' | 'tryReceive' | 'close' }
  | { readonly do: 'abort'; readonly pick: number };

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('send' as const, 'receive' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('trySend' as const, 'tryReceive' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), pick: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
);

/** The obvious channel: three lists. Says what becomes of each operation, by its number. */
class Model {
  readonly outcome = new Map<number, string>();
  readonly items: number[] = [];
  senders: number[] = [];
  receivers: number[] = [];
  isClosed = false;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get waiting(): number[] {
    return [...this.senders, ...this.receivers].toSorted((a, b) => a - b);
  }

  send(id: number, mayWait: boolean): void {
    if (this.isClosed) this.outcome.set(id, 'closed');
    else if (this.senders.length > 0 || this.items.length >= this.#capacity) {
      if (mayWait) this.senders.push(id);
      else this.outcome.set(id, 'full');
    } else {
      this.items.push(id);
      this.outcome.set(id, 'sent');
      this.#settle();
    }
  }

  receive(id: number, mayWait: boolean): void {
    if (this.receivers.length === 0 && this.items.length > 0) {
      this.outcome.set(id, `got ${this.items.shift()}`);
      this.#settle();
    } else if (!mayWait) this.outcome.set(id, 'empty');
    else if (this.isClosed) this.outcome.set(id, 'closed');
    else this.receivers.push(id);
  }

  close(): void {
    this.isClosed = true;
    for (const id of [...this.senders, ...this.receivers]) this.outcome.set(id, 'closed');
    this.senders = [];
    this.receivers = [];
  }

  abort(id: number): void {
    this.outcome.set(id, 'aborted');
    this.senders = this.senders.filter((each) => each !== id);
    this.receivers = this.receivers.filter((each) => each !== id);
  }

  #settle(): void {
    for (;;) {
      const sender = this.items.length < this.#capacity ? this.senders.shift() : undefined;
      if (sender !== undefined) {
        this.items.push(sender);
        this.outcome.set(sender, 'sent');
      }
      const receiver = this.items.length > 0 ? this.receivers.shift() : undefined;
      if (receiver !== undefined) this.outcome.set(receiver, `got ${this.items.shift()}`);
      if (sender === undefined && receiver === undefined) return;
    }
  }
}

async function play(sim: Sim, capacity: number, commands: readonly Command[], settles: boolean) {
  const channel = sim.channel<number>({ capacity });
  const model = new Model(capacity);
  const outcome = new Map<number, string>();
  const tasks: TaskHandle[] = [];
  const begin = (id: number, work: () => Promise<string> | string): void => {
    tasks[id] = sim.spawn(async () => {
      try {
        outcome.set(id, await work());
      } catch (error) {
        outcome.set(id, (error as SimError).code);
      }
    });
  };
  for (const [id, each] of commands.entries()) {
    const waiting = model.waiting;
    switch (each.do) {
      case 'send':
        begin(id, async () => channel.send(id).then(() => 'sent'));
        break;
      case 'trySend':
        begin(id, () => (channel.trySend(id) ? 'sent' : 'full'));
        break;
      case 'receive':
        begin(id, async () => `got ${await channel.receive()}`);
        break;
      case 'tryReceive':
        begin(id, () => {
          const item = channel.tryReceive();
          return item === EMPTY ? 'empty' : `got ${item}`;
        });
        break;
      case 'abort':
        tasks[waiting[each.pick % waiting.length] as number]?.abort();
        break;
      case 'close':
        channel.close();
        break;
    }
    if (settles) await sim.sleep(1);
    if (each.do === 'send' || each.do === 'trySend') model.send(id, each.do === 'send');
    else if (each.do === 'receive' || each.do === 'tryReceive') model.receive(id, each.do === 'receive');
    else if (each.do === 'close') model.close();
    else if (each.do === 'abort' && waiting.length > 0)
      model.abort(waiting[each.pick % waiting.length] as number);
    if (settles) {
      expect([...outcome].toSorted(([a], [b]) => a - b)).toEqual(
        [...model.outcome].toSorted(([a], [b]) => a - b),
      );
      expect(channel.length).toBe(model.items.length);
    }
  }
  await sim.sleep(1);
  return { outcome, channel };
}

describe('a channel', () => {
  it('does what three lists do, in any order of steps (else items or wake-ups are lost)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 5, Number.POSITIVE_INFINITY),
        fc.array(command, { maxLength: 30 }),
        fc.option(fc.nat(1000), { nil: undefined }),
        async (capacity, commands, seed) => {
          const options = seed === undefined ? {} : { chooser: new RandomChooser(seed) };
          await simulate(options, (sim) => play(sim, capacity, commands, true));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('loses and doubles nothing when everything happens at one instant', async () => {
    const sendsAndReceives = fc.array(
      command.filter((each) => each.do !== 'close'),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        sendsAndReceives,
        fc.nat(1000),
        async (capacity, commands, seed) => {
          const { value } = await simulate({ chooser: new RandomChooser(seed) }, async (sim) => {
            const { outcome, channel } = await play(sim, capacity, commands, false);
            const inside: number[] = [];
            for (let item = channel.tryReceive(); item !== EMPTY; item = channel.tryReceive())
              inside.push(item);
            return { outcomes: [...outcome], inside };
          });
          const sent = value.outcomes.filter(([, text]) => text === 'sent').map(([id]) => id);
          const got = value.outcomes.flatMap(([, text]) =>
            text.startsWith('got') ? [Number(text.slice(4))] : [],
          );
          // A sender that still waited when the end came has sent by now: tryReceive() lets it in.
          const out = [...got, ...value.inside];
          expect(new Set(out).size).toBe(out.length);
          for (const id of sent) expect(out).toContain(id);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('makes a fast sender wait for a slow receiver', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>({ capacity: 2 });
      sim.spawn(async () => {
        for (let i = 0; i < 5; i++) {
          await channel.send(i);
          sim.note(`${sim.now()}: sent ${i}`);
        }
        channel.close();
      });
      await sim.sleep(10);
      for await (const item of channel) {
        sim.note(`${sim.now()}: got ${item}`);
        await sim.sleep(10);
      }
    });
    const sentAt = notes.filter(({ text }) => text.includes('sent')).map(({ atNs }) => atNs);
    expect(sentAt).toEqual([0, 0, 10, 20, 30]);
    expect(notes.at(-1)?.text).toBe('50: got 4');
  });

  it('tells a callback every item, and a callback that waits for room that there is some', async () => {
    const { value } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>({ capacity: 3 });
      const got: number[] = [];
      let next = 0;
      const fill = (): void => {
        while (next < 20 && channel.trySend(next)) next++;
        if (next < 20) channel.onRoom(fill);
      };
      fill();
      await sim.sleep(1);
      expect(got).toEqual([]);
      channel.onReceive((item) => void got.push(item));
      await sim.sleep(1);
      channel.onReceive(undefined);
      channel.trySend(99);
      await sim.sleep(1);
      return { got, left: channel.length };
    });
    expect(value).toEqual({ got: Array.from({ length: 20 }, (_, i) => i), left: 1 });
  });

  it('refuses a sender on a closed channel loudly, also one that does not listen', async () => {
    const run = simulate({}, async (sim) => {
      const channel = sim.channel<number>({ name: 'jobs' });
      channel.close();
      void channel.send(1);
      await sim.sleep(1);
    });
    await expect(run).rejects.toThrow("channel 'jobs' is closed");
  });
});
