import { wordsOf } from '../../shared/model/thrown.ts';
import { readIncidentOptions, readProfileOptions, readTimeOptions } from './analyze-options.ts';
import type { CliCommand } from './command.ts';
import { parse, type Values } from './options.ts';

/** Reads the arguments after the program's name. */
export function readArguments(args: readonly string[]): CliCommand {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { type: 'usage-error', message: wordsOf(error) };
  }
  const { values, positionals } = parsed;
  if (values.help === true) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const [command, ...paths] = positionals;
  if (command === undefined) return { type: 'usage-error', message: 'a command is missing' };
  if (command === 'help') return { type: 'help' };
  if (command === 'collect-script') return readCollectScript(values, paths);
  if (command !== 'analyze' && command !== 'analyse') {
    return { type: 'usage-error', message: `unknown command: ${command}` };
  }
  if (paths.length === 0) return { type: 'usage-error', message: 'analyze needs at least one PATH' };
  if (paths.includes('')) return { type: 'usage-error', message: 'a PATH is empty: give . for the folder at hand' };
  const profile = readProfileOptions(values);
  if ('message' in profile) return { type: 'usage-error', message: profile.message };
  const incident = readIncidentOptions(values);
  if (incident !== null && 'message' in incident) return { type: 'usage-error', message: incident.message };
  const times = readTimeOptions(values);
  if ('message' in times) return { type: 'usage-error', message: times.message };
  return {
    type: 'analyze',
    ...times,
    incident,
    paths,
    json: values.json ?? null,
    pdf: values.pdf ?? null,
    html: values.html ?? null,
    full: values.full ?? false,
    measureAgain: values['measure-again'] ?? false,
    profile,
    rules: values.rules ?? [],
    notes: values.notes ?? null,
  };
}

function readCollectScript(values: Values, paths: readonly string[]): CliCommand {
  const { pid } = values;
  if (pid !== undefined && !/^\d{1,10}$/.test(pid)) return { type: 'usage-error', message: `"${pid}" is no pid` };
  return {
    type: 'collect-script',
    paths,
    out: values.out ?? '.',
    given: {
      unit: values.unit ?? null,
      pid: pid === undefined ? null : Number(pid),
      since: values.since ?? null,
      until: values.until ?? null,
      database: values.db ?? null,
      artifact: values.artifact ?? null,
    },
  };
}
