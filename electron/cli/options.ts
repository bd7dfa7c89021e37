import { parseArgs } from 'node:util';

/** The options as they were given, by their names. */
export type Values = ReturnType<typeof parse>['values'];

/** Takes the arguments apart. Throws an Error that says what is wrong with an option. */
export function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: true,
    options: {
      json: { type: 'string' },
      pdf: { type: 'string' },
      html: { type: 'string' },
      full: { type: 'boolean' },
      'measure-again': { type: 'boolean' },
      tree: { type: 'boolean' },
      runs: { type: 'string' },
      'memory-limit': { type: 'string' },
      at: { type: 'string' },
      pid: { type: 'string' },
      zone: { type: 'string' },
      'source-zone': { type: 'string', multiple: true },
      'clock-offset': { type: 'string', multiple: true },
      rules: { type: 'string', multiple: true },
      notes: { type: 'string' },
      out: { type: 'string' },
      unit: { type: 'string' },
      since: { type: 'string' },
      until: { type: 'string' },
      db: { type: 'string' },
      artifact: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
}
