import { describe, expect, it } from 'vitest';
import { InlineDriver, type InlineDriverOptions } from '../inline/driver.ts';
import { FakeEndpoint, FakePool, FakePort, driverOptions } from './support/fakes.ts';
import { ManualLoop } from './support/manual-loop.ts';

interface Rig {
  loop: ManualLoop;
  port: FakePort;
  endpoint: FakeEndpoint;
  pool: FakePool;
  driver: InlineDriver;
}

async function rig(changes: Partial<InlineDriverOptions> = {}): Promise<Rig> {
  const loop = new ManualLoop();
  const port = new FakePort();
  const endpoint = new FakeEndpoint();
  const pool = new FakePool(endpoint);
  const driver = new InlineDriver(loop, port, endpoint, driverOptions(changes));
  driver.start(pool);
  await loop.turn();
  endpoint.log.length = 0;
  return { loop, port, endpoint, pool, driver };
}

const DRAIN = ['dispatch', 'dispatch', 'pollTransmit: nothing', 'nextTimeout'];

describe('a turn', () => {
  it('drains once, in order, however many calls and datagrams came before it. REQ NIC-5', async () => {
    const { loop, port, endpoint, driver } = await rig();
    for (let i = 0; i < 100; i++) driver.kick();
    port.deliver(77, new Uint8Array(5));
    port.deliver(78, new Uint8Array(6));
    expect(loop.soonTasks).toBe(1);
    await loop.turn();
    expect(endpoint.log).toEqual(['datagram 77 5', 'datagram 78 6', ...DRAIN]);
    expect(loop.isIdle).toBe(true);
  });

  it('transmits after the reactions of the application, however deep its chain of awaits', async () => {
    const { loop, port, endpoint, pool, driver } = await rig();
    let answered = false;
    pool.onDispatch = () => {
      if (answered) return;
      answered = true;
      void (async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        endpoint.queue(5, 1);
        driver.kick();
      })();
    };
    driver.kick();
    await loop.turn();
    expect(port.wire).toHaveLength(1);
    expect(loop.isIdle).toBe(true); // and that kick costs no second turn
  });

  it('gets another turn for a command of the very last moment', async () => {
    const { loop, endpoint, pool, driver } = await rig();
    let dispatches = 0;
    pool.onDispatch = () => {
      if (++dispatches === 2) driver.kick();
    };
    driver.kick();
    await loop.turn();
    expect(endpoint.log).toEqual(DRAIN);
    await loop.turn();
    expect(endpoint.log).toEqual([...DRAIN, ...DRAIN]);
    expect(loop.isIdle).toBe(true);
  });

  it.each([1, 2])(
    'ends properly although a subscriber of the application threw in dispatch %i',
    async (nth) => {
      const { loop, endpoint, pool, driver } = await rig();
      let dispatches = 0;
      pool.onDispatch = () => {
        if (++dispatches === nth) throw new Error('subscriber');
      };
      endpoint.queue(5, 1);
      driver.kick();
      await expect(loop.turn()).rejects.toThrow('subscriber');
      expect(endpoint.runs).toHaveLength(0);
      // Events may be left after the second: the endpoint is not asked for its timeout before it is drained.
      expect(endpoint.log.at(-1)).toBe(nth === 1 ? 'nextTimeout' : 'pollTransmit: nothing');
      if (nth === 2) await loop.turn();
      expect(endpoint.log.at(-1)).toBe('nextTimeout');
      endpoint.queue(5, 2);
      driver.kick();
      await loop.turn();
      expect(endpoint.runs).toHaveLength(0);
    },
  );

  it('sends runs whole, in order, to their destination', async () => {
    const { loop, port, endpoint, driver } = await rig();
    endpoint.queue(5, 1, 3);
    endpoint.queue('[::1]:9', 2, 1, 7);
    driver.kick();
    await loop.turn();
    expect(port.wire.map(({ destination, bytes }) => [destination, bytes[0], bytes.length])).toEqual([
      [5, 1, 10],
      [5, 1, 10],
      [5, 1, 10],
      ['[::1]:9', 2, 7],
    ]);
    expect(driver.counters).toMatchObject({ runsSent: 2, datagramsSent: 4, bytesSent: 37 });
  });

  it('reads input between shares of a long transmission', async () => {
    const { loop, port, endpoint, driver } = await rig({ datagramsPerTurnMax: 6 });
    for (let i = 0; i < 4; i++) endpoint.queue(5, i, 3);
    driver.kick();
    await loop.turn();
    expect(port.wire).toHaveLength(6);
    expect(endpoint.log).not.toContain('nextTimeout'); // the drain is not over
    port.deliver(9, new Uint8Array(1));
    await loop.turn();
    expect(port.wire).toHaveLength(12);
    await loop.turn();
    expect(endpoint.log.at(-1)).toBe('nextTimeout');
  });
});

describe('a kernel that takes no more', () => {
  it('stops the drain, keeps the bytes, and resumes when there is room. REQ BP-2', async () => {
    const { loop, port, endpoint, driver } = await rig({ sendRunsMax: 2 });
    port.room = 1;
    for (let i = 0; i < 6; i++) endpoint.queue(5, i, 2);
    driver.kick();
    await loop.turn();
    expect(endpoint.runs).toHaveLength(4); // two runs are out; polling stopped
    expect(driver.counters.sendStalls).toBe(1);
    port.report();
    await loop.turn();
    expect(endpoint.runs).toHaveLength(4);

    port.room = 100;
    port.drain(100);
    port.report();
    await loop.turn();
    await loop.turn();
    expect(endpoint.runs).toHaveLength(0);
    expect(port.wire.map(({ bytes }) => [...new Set(bytes)])).toEqual(
      [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5].map((fill) => [fill]),
    );
  });

  it('does not stop the timers of the endpoint', async () => {
    const { loop, port, endpoint, driver } = await rig({ sendRunsMax: 1 });
    port.room = 0;
    endpoint.queue(5, 0);
    endpoint.queue(5, 1);
    endpoint.timeoutNs = loop.nowNs + 10e6;
    driver.kick();
    await loop.advance(loop.nowNs + 15e6);
    expect(endpoint.timeouts).toHaveLength(1);
    expect(loop.turns).toBeLessThan(20); // by a timer, not by spinning
  });

  it('needs one buffer only while everything goes out at once', async () => {
    const { loop, port, endpoint, driver } = await rig({ sendRunsMax: 1 });
    for (let i = 0; i < 20; i++) endpoint.queue(5, i);
    driver.kick();
    await loop.turn();
    expect(port.wire).toHaveLength(20);
    expect(driver.counters.sendStalls).toBe(0);
  });
});

describe('a datagram that the kernel refused', () => {
  it('is counted and told, and nothing else', async () => {
    const errors: string[] = [];
    const { loop, port, endpoint, driver } = await rig({
      onSendError: (error) => errors.push(error.message),
    });
    port.failWith = new Error('EMSGSIZE');
    endpoint.queue(5, 1, 2);
    driver.kick();
    await loop.turn();
    port.report();
    expect(errors).toEqual(['EMSGSIZE', 'EMSGSIZE']);
    expect(driver.counters.sendErrors).toBe(2);
    port.failWith = null;
    endpoint.queue(5, 2);
    driver.kick();
    await loop.turn();
    expect(port.wire.at(-1)?.bytes[0]).toBe(2);
  });
});

describe('timers', () => {
  it('call handleTimeout at the deadline, not before, then drain', async () => {
    const { loop, endpoint, driver } = await rig();
    for (const waitNs of [0, 1, 5_000, 300_000, 1_100_000, 1_300_000, 7_000_000, 60_000_000]) {
      const deadline = loop.nowNs + waitNs + 50_000;
      endpoint.timeoutNs = deadline;
      driver.kick();
      await loop.advance(deadline + 3e6);
      const firedNs = endpoint.timeouts.pop() ?? 0;
      expect(firedNs).toBeGreaterThanOrEqual(deadline);
      expect(firedNs - deadline).toBeLessThan(10_000 + (waitNs > 20e6 ? 1e6 : 0));
      expect(endpoint.log.slice(-5)).toEqual(['handleTimeout', ...DRAIN]);
    }
    expect(loop.isIdle).toBe(true);
  });

  it('are not looked at by the endpoint in turns before the deadline', async () => {
    const { loop, endpoint, driver } = await rig();
    endpoint.timeoutNs = loop.nowNs + 50e6;
    driver.kick();
    await loop.turn();
    driver.kick();
    await loop.turn();
    expect(endpoint.log).not.toContain('handleTimeout');
  });
});

describe('keeping the process alive', () => {
  it('is up to pending calls if the pool itself does not', async () => {
    const { loop, port, pool, driver } = await rig({ keepAlive: false });
    expect(port.keepAlive).toBe(false);
    pool.busy = true;
    driver.kick();
    await loop.turn();
    expect(port.keepAlive).toBe(true);
    pool.busy = false;
    driver.kick();
    await loop.turn();
    expect(port.keepAlive).toBe(false);
  });
});

describe('close', () => {
  it('sends what is ready, then leaves no timer and no task, and can be repeated', async () => {
    const { loop, port, endpoint, driver } = await rig();
    endpoint.timeoutNs = loop.nowNs + 50e6;
    driver.kick();
    await loop.turn();
    expect(loop.timers.size).toBe(1);
    endpoint.queue(5, 1);
    await Promise.all([driver.close(), driver.close()]);
    await driver.close();
    expect(port.wire).toHaveLength(1);
    expect(port.closed).toBeGreaterThan(0);
    driver.kick();
    port.deliver(5, new Uint8Array(1));
    expect(loop.isIdle).toBe(true);
    expect(endpoint.log).not.toContain('datagram 5 1');
  });

  it.each([
    [1, ['dispatch', 'pollTransmit: nothing']],
    [2, ['dispatch', 'dispatch', 'pollTransmit: nothing']],
  ])('in dispatch %i of a turn ends that turn without another drain', async (nth, log) => {
    const { loop, endpoint, pool, driver } = await rig();
    let dispatches = 0;
    pool.onDispatch = () => {
      if (++dispatches === nth) void driver.close();
    };
    endpoint.timeoutNs = loop.nowNs + 5e6;
    driver.kick();
    await loop.turn();
    expect(endpoint.log).toEqual(log);
    expect(loop.isIdle).toBe(true);
  });
});
