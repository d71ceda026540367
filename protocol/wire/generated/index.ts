// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
export * from './ack.ts';
export * from './control-packet.ts';
export * from './data-packet.ts';
export * from './errors.ts';
export * from './flow-reset.ts';
export * from './notify-blocked.ts';
export * from './padding.ts';
export * from './probe-response.ts';
export * from './probe.ts';
export * from './pull-request.ts';
export * from './range-ack.ts';
export * from './transfer-accept.ts';
export * from './transfer-notify.ts';
export * from './types.ts';
