/**
 * Where a datagram comes from or goes to, as the driver writes it. The core compares addresses by `===` and
 * hands them back; it never looks inside. UDP/IPv4 uses `ip * 65536 + port`, IPv6 a string, the simulator a
 * number.
 */
export type Address = number | string;
