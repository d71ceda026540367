/** The two ECN bits of the IP header (RFC 3168). */
export const Ecn = { NOT_ECT: 0, ECT_1: 1, ECT_0: 2, CE: 3 } as const;
export type Ecn = (typeof Ecn)[keyof typeof Ecn];
