import { parseArgs } from 'node:util';

/** What the command line was asked to do. */
export type CliCommand =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | {
      readonly type: 'analyze';
      readonly paths: readonly string[];
      /** A file, or `-` for standard output. */
      readonly json: string | null;
      readonly pdf: string | null;
      readonly html: string | null;
      readonly measureAgain: boolean;
    }
  | { readonly type: 'usage-error'; readonly message: string };

export const HELP = `Inquest: why did this worker process die?

Usage:
  inquest analyze PATH... [--json FILE|-] [--pdf FILE] [--html FILE]
  inquest --help | --version

PATH is a file, a folder or an archive (.zip, .tar, and .gz, .bz2, .xz or .zst with or without a tar inside) with what
was saved from the host: journal exports, kernel log, gunicorn.conf.py, the SQLite database with its -wal and -shm, the
JUnit XML, ps, vmstat, free and meminfo snapshots.
The evidence is only read. The verdict and the timeline are printed as a table.

Options:
  --json FILE      write the case as JSON; - writes it to standard output instead of the table
  --pdf FILE       write the report as PDF, with the case JSON attached inside
  --html FILE      write the report as one HTML file
  --measure-again  measure the artifact anew; by default the first measurement of the same bytes on this machine is kept,
                   so that the same evidence gives the same report
  -h, --help       show this help
  --version        show the version

Exit status:
  0  analysed, whatever the verdict
  1  internal failure
  2  usage: wrong option, missing path, or a file that cannot be written
  3  nothing given was recognised as evidence
`;

/** Reads the arguments after the program's name. */
export function readArguments(args: readonly string[]): CliCommand {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { type: 'usage-error', message: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const [command, ...paths] = positionals;
  if (command === undefined) return { type: 'usage-error', message: 'a command is missing' };
  if (command === 'help') return { type: 'help' };
  if (command !== 'analyze' && command !== 'analyse') {
    return { type: 'usage-error', message: `unknown command: ${command}` };
  }
  if (paths.length === 0) return { type: 'usage-error', message: 'analyze needs at least one PATH' };
  return {
    type: 'analyze',
    paths,
    json: values.json ?? null,
    pdf: values.pdf ?? null,
    html: values.html ?? null,
    measureAgain: values['measure-again'] ?? false,
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: true,
    options: {
      json: { type: 'string' },
      pdf: { type: 'string' },
      html: { type: 'string' },
      'measure-again': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
}
