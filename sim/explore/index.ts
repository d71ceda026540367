export * from './choosers.ts';
