export { assert, AssertionError } from '../../protocol/core/assert.ts';
