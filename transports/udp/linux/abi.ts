/** Numbers and layouts of Linux on 64-bit little-endian processors (x64, arm64), from the kernel's uapi headers. */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

export const SOL_SOCKET = 1;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_BINDTODEVICE = 25;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;

export const SOL_IP = 0;
export const IP_TOS = 1;
export const IP_RECVERR = 11;
export const IP_RECVTOS = 13;

export const SOL_IPV6 = 41;
export const IPV6_RECVERR = 25;
export const IPV6_V6ONLY = 26;
export const IPV6_RECVTCLASS = 66;
export const IPV6_TCLASS = 67;

export const SOL_UDP = 17;
export const UDP_SEGMENT = 103;
export const UDP_GRO = 104;

export const MSG_DONTWAIT = 0x40;
export const MSG_ERRQUEUE = 0x2000;

export const EIO = 5;
export const EAGAIN = 11;
export const EINVAL = 22;
export const ENOSYS = 38;
export const EMSGSIZE = 90;
export const EOPNOTSUPP = 95;

/** Segments the kernel takes in one call, and bytes: what one IPv4 datagram could have. */
export const GSO_SEGMENTS_MAX = 64;
export const GSO_BYTES_MAX = 65_507;

/** Codepoints in the low two bits of the traffic class (RFC 3168). */
export const ECN_MASK = 3;
export const ECN_ECT0 = 2;
export const ECN_CE = 3;

/** struct sockaddr_in6, the larger one. */
export const SOCKADDR_BYTES = 28;
export const SOCKADDR_IN_BYTES = 16;
/** struct mmsghdr: a msghdr and its length. */
export const MMSGHDR_BYTES = 64;
export const IOVEC_BYTES = 16;
export const CMSG_HEADER_BYTES = 16;

/** How much of a control buffer a message with so much data takes. */
export const cmsgSpace = (dataBytes: number): number => CMSG_HEADER_BYTES + Math.ceil(dataBytes / 8) * 8;
