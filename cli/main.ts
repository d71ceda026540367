#!/usr/bin/env node
import { dispatch } from './dispatch.ts';
import { guardStreams, leaveWith } from './terminal.ts';

guardStreams();
leaveWith(await dispatch(process.argv.slice(2)));
