export * from './preshared-secret.ts';
