import { NEVER, type Nanos } from '../../protocol/core/units.ts';

/** Each thread counts from its own beginning; the clock of the system is one. */
const OFFSET_NS: Nanos = Number(process.hrtime.bigint()) - Math.round(performance.now() * 1e6);

/** An instant of this thread's clock, as all threads of the process understand it. */
export const toCommon = (atNs: Nanos): Nanos => (atNs === NEVER ? NEVER : atNs + OFFSET_NS);

/** An instant that another thread tells of, on this thread's clock. One that was before this thread is 0. */
export const toLocal = (atNs: Nanos): Nanos => (atNs === NEVER ? NEVER : Math.max(atNs - OFFSET_NS, 0));
