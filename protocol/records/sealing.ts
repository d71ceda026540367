/** How the records of a buffer are sealed: as `sealing` of TRANSFER_NOTIFY says it. MUST RECORD-5 */
export type Sealing = typeof ENCRYPTED | typeof AUTHENTICATED;

export const ENCRYPTED = 0;
/** The payload is encrypted already: records are in the clear and have their tags. REQ POOL-15 */
export const AUTHENTICATED = 1;
