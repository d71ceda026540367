import { describe, expect, test } from 'vitest';
import { Conduit, conduitMemory, type Numbered } from '../../workers/conduit.ts';
import { MessageKind, bodyOf, headersOf, messageOf, type Message } from '../../workers/message.ts';

const call = (id: number, priority = 3, bodyBytes = 10): Message =>
  messageOf({ kind: MessageKind.CALL, id, peer: 1, priority, body: new Uint8Array(bodyBytes).fill(id) });

function keepAll(end: Conduit, posted: unknown[]): void {
  for (const what of posted.splice(0)) if (what !== 'wake') end.keep(what as Numbered);
}

/** Two ends, and what went through the port between them. */
function pair(ringBytes?: number) {
  const memory = conduitMemory(ringBytes);
  const posted = { application: [] as unknown[], worker: [] as unknown[] };
  const ends: Record<'application' | 'worker', Conduit> = {
    application: new Conduit(memory, 'application', {
      post: (what) => posted.application.push(what),
      receive: () => keepAll(ends.application, posted.worker),
    }),
    worker: new Conduit(memory, 'worker', {
      post: (what) => posted.worker.push(what),
      receive: () => keepAll(ends.worker, posted.application),
    }),
  };
  return { ...ends, posted };
}

function taken(end: Conduit, also: (message: Message) => void = () => {}): number[] {
  const ids: number[] = [];
  const take = (message: Message): void => {
    ids.push(message.id);
    also(message);
  };
  while (end.take(take));
  return ids;
}

/** REQ POOL-2, POOL-9, POOL-10 */
describe('a conduit', () => {
  test('carries messages whole', () => {
    const { application, worker } = pair();
    const message = messageOf({
      kind: MessageKind.RESPONSE,
      id: 2 ** 52 + 1,
      peer: -1,
      priority: 7,
      flags: 255,
      status: 507,
      x: 2 ** 53,
      y: Infinity,
      z: 0.5,
      metrics: {
        latencyNs: 2 ** 40,
        requestBytes: 2 ** 32,
        responseBytes: 3,
        notifyRetries: 4,
        repulledBytes: 5,
      },
      headers: Uint8Array.of(1, 2),
      body: Uint8Array.of(3),
      isBorrowed: true,
    });
    application.send(message);
    worker.take((got) => {
      expect(got).toEqual(message);
      // Its bytes are the ring's: what is to be kept is copied, out of memory that others write.
      expect([headersOf(got), bodyOf(got)]).toEqual([message.headers, message.body]);
      expect(bodyOf(got).buffer).toBeInstanceOf(ArrayBuffer);
    });
    expect.assertions(3);
  });

  test('hands on the most urgent first, and each priority in order', () => {
    const { application, worker } = pair();
    for (const [id, priority] of [
      [1, 7],
      [2, 3],
      [3, 0],
      [4, 3],
      [5, 7],
    ] as const)
      application.send(call(id, priority));
    expect(taken(worker)).toEqual([3, 2, 4, 1, 5]);
  });

  test('rings for who sleeps, once, and never for who is awake', () => {
    const { application, worker, posted } = pair();
    application.send(call(1));
    expect(posted.application).toEqual([]);
    // There is something: it must not sleep.
    expect(worker.sleep()).toBe(false);
    expect([taken(worker), worker.sleep()]).toEqual([[1], true]);
    application.send(call(2));
    application.send(call(3));
    expect(posted.application).toEqual(['wake']);
    expect(taken(worker)).toEqual([2, 3]);
  });

  test('keeps what has no room, in order, until there is some; other priorities go on', () => {
    const { application, worker, posted } = pair(1024);
    for (let id = 1; id <= 40; id += 1) application.send(call(id));
    expect(application.backlog).toBeGreaterThan(20);
    application.send(call(41, 0));
    const ids: number[] = [];
    expect(application.sleep()).toBe(true);
    for (let round = 0; ids.length < 41; round += 1) {
      worker.take(({ id }) => ids.push(id));
      // The worker tells that there is room; whoever sleeps is woken for that.
      if (application.backlog > 0) expect(posted.worker).toHaveLength(round + 1);
      application.take(() => {});
      application.sleep();
    }
    expect(ids).toEqual([...ids].sort((a, b) => (a === 41 ? -1 : b === 41 ? 1 : a - b)));
    expect(application.backlog).toBe(0);
  });

  test('does not sleep over room that was made just before', () => {
    const { application, worker, posted } = pair(1024);
    for (let id = 1; id <= 16; id += 1) application.send(call(id));
    const ids: number[] = [];
    const drain = (): void => void worker.take(({ id }) => ids.push(id));
    // It is awake, and finds no room; the worker makes some then, and tells nobody, as nobody sleeps.
    application.take(() => {});
    drain();
    expect([posted.worker, application.backlog > 0]).toEqual([[], true]);
    expect(application.sleep()).toBe(true);
    for (let left = 16; ids.length < 16 && left > 0; left -= 1) {
      drain();
      if (posted.worker.length === 0) continue;
      posted.worker.length = 0;
      application.take(() => {});
      application.sleep();
    }
    expect(ids).toHaveLength(16);
  });

  test('passes long bytes by reference, in their order: shared ones as they are, those of a worker without a copy, others as one', () => {
    const { application, worker } = pair();
    const shared = new Uint8Array(new SharedArrayBuffer(200_000), 10, 150_000);
    const own = new Uint8Array(150_000);
    application.send(call(1));
    application.send({ ...call(2), body: shared });
    application.send({ ...call(3), body: own });
    application.send(call(4));
    const bodies: Uint8Array[] = [];
    expect(taken(worker, ({ body }) => bodies.push(body))).toEqual([1, 2, 3, 4]);
    expect(bodies[1]).toBe(shared);
    expect(bodies[2]).toEqual(own);
    expect(bodies[2]!.buffer).not.toBe(own.buffer);
    worker.send({ ...call(5), body: own });
    application.take(({ body }) => expect(body).toBe(own));
    expect.assertions(5);
  });

  test('hands on nothing that was sent after something more urgent that it has not handed on', () => {
    const { application, worker } = pair();
    application.send(call(1, 3));
    const ids: number[] = [];
    worker.take(({ id }) => {
      ids.push(id);
      if (id !== 1) return;
      application.send(call(2, 0));
      application.send(call(3, 7));
    });
    expect(ids).toEqual([1]);
    expect(taken(worker)).toEqual([2, 3]);
  });
});
