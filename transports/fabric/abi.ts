/**
 * What libfabric's headers say (rdma/fabric.h, fi_domain.h, fi_endpoint.h, fi_eq.h, fi_cm.h, fi_rma.h, fi_errno.h; libfabric 1.17, 64-bit). Its interface
 * only ever grew at the ends of structs and tables, so this holds for what came before and after. Offsets are in bytes.
 */

/** Of the interface that we ask for; a library that is older says so. */
export const API_VERSION: number = (1 << 16) | 9;

/** What an endpoint can do (fi_info.caps). */
export const CAPS_MSG_RMA: bigint = (1n << 1n) | (1n << 2n);
/** What a provider may ask of us (fi_info.mode): memory of its own for each operation. */
export const MODE_CONTEXTS: bigint = (1n << 59n) | (1n << 52n);
export const CONTEXT_BYTES = 64;

/** fi_getinfo flags: an address is a number, and is ours. */
export const NUMERIC_HOST: bigint = 1n << 55n;
export const SOURCE: bigint = 1n << 57n;

/** What memory needs before it is used (fi_domain_attr.mr_mode). */
export const MrMode = { LOCAL: 0x04, VIRT_ADDR: 0x10, ALLOCATED: 0x20, PROV_KEY: 0x40 } as const;

/** What registered memory is for (`access` of fi_mr_reg); the middle two also bind a queue to an endpoint. */
export const Access = {
  READ: 0x100n,
  RECEIVE: 0x400n,
  SEND: 0x800n,
  REMOTE_READ: 0x1000n,
} as const;

export const EP_RDM = 3;
export const THREAD_DOMAIN = 3;
export const AV_TABLE = 2;
export const CQ_FORMAT_DATA = 3;
export const CONTROL_ENABLE = 6;
/** Any peer. */
export const ADDRESS_ANY: bigint = (1n << 64n) - 1n;

/** How a provider writes names (fi_info.addr_format). */
export const AddressFormat = { SOCKADDR_IN: 2, SOCKADDR_IN6: 3, TEXT: 9, EFA: 12 } as const;

export const Info = {
  bytes: 120,
  next: 0,
  caps: 8,
  mode: 16,
  addressFormat: 24,
  endpointAttr: 88,
  domainAttr: 96,
  fabricAttr: 104,
} as const;
export const EndpointAttr = { bytes: 96, type: 0, messageBytesMax: 16 } as const;
export const DomainAttr = { bytes: 168, name: 8, threading: 16, mrMode: 36 } as const;
export const FabricAttr = { bytes: 32, provider: 16, providerVersion: 24 } as const;

/** Every object begins with its class, a context and a table of functions; others follow. */
export const FID_BYTES = 80;
export const FID_OPS = 16;
export const CLOSE = 8;
export const BIND = 16;
export const CONTROL = 24;
/** Where the tables of an object are, and in them the functions. */
export const FabricTable = { ops: 24, domain: 8 } as const;
export const DomainTable = { ops: 24, av: 8, cq: 16, endpoint: 24, memory: 32, register: 8 } as const;
export const EndpointTable = {
  connections: 32,
  getName: 16,
  messages: 40,
  receive: 8,
  send: 32,
  remote: 48,
  read: 8,
} as const;
export const AvTable = { ops: 24, insert: 8, remove: 32 } as const;
export const CqTable = { ops: 24, read: 8, readError: 24 } as const;
export const TABLE_BYTES = 96;

export const AvAttr = { bytes: 48, type: 0, count: 8 } as const;
export const CqAttr = { bytes: 40, size: 0, format: 16 } as const;
export const Registered = { bytes: 40, descriptor: 24, key: 32 } as const;
export const Completion = { bytes: 40, context: 0, flags: 8, length: 16 } as const;
export const CompletionError = { bytes: 80, context: 0, flags: 8, errno: 56, providerErrno: 60 } as const;

/** Results of functions, negated. */
export const EAGAIN = 11;
export const EAVAIL = 259;
/** Those that are libfabric's own, from 256 on. */
export const OWN_ERRORS: readonly string[] = [
  'FI_EOTHER',
  'FI_ETOOSMALL',
  'FI_EOPBADSTATE',
  'FI_EAVAIL',
  'FI_EBADFLAGS',
  'FI_ENOEQ',
  'FI_EDOMAIN',
  'FI_ENOCQ',
  'FI_ECRC',
  'FI_ETRUNC',
  'FI_ENOKEY',
  'FI_ENOAV',
  'FI_EOVERRUN',
  'FI_ENORX',
];
export const OWN_ERRNO = 256;
