export const WIRE_VERSION = 2;
