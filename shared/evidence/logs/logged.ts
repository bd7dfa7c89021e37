import type { LogFormat } from '../reading/format.ts';

/** What the logs of servers and programs have in common: a logger's stamps, and records that their file's layout tells. */
export const LOGGED = {
  stampedBy: 'logger',
  copyRank: 3,
  findMessage: null,
  isVerbatim: false,
  messageOf: null,
  beginsRecord: null,
  wholeRecordBytes: null,
  readPlainly: null,
  isLaidOut: true,
} as const satisfies Partial<LogFormat>;
