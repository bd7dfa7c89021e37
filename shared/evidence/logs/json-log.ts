import { readHeader } from '../headers/read-header.ts';
import type { LogFormat } from '../reading/format.ts';
import type { CreateParser } from '../reading/parser.ts';
import { createLogParser } from './log-file.ts';
import { LOGGED } from './logged.ts';

/** A log of JSON objects, one a line; every line stands for itself, and one that is none is damage. */
const createJsonLogParser: CreateParser = (context) => createLogParser({ ...context, jsonOnly: true });

export const JSON_LOG: LogFormat = {
  holds: 'log',
  savedAs: 'JSON, one object a line',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '{"timestamp": "2026-01-28T04:10:22.070Z", "level": "INFO", "message": "Started importing VPN job 14"}',
        why: 'has log entries as JSON objects, one a line',
        reads: (line) => line.startsWith('{') && readHeader(line)?.stamp != null,
      },
    ],
    beforeStamps: false,
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createJsonLogParser,
  readAgain: () => createJsonLogParser,
  ...LOGGED,
};
