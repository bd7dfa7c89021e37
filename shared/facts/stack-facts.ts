import { type FactContext, sourceOnly } from '../context/context.ts';
import type { Activity, StackFrame, StackPrinter } from '../context/stacks.ts';
import { type StuckFrame, stuckFrame } from '../context/traceback.ts';
import type { Fact } from '../model/analysis.ts';
import { BASIS } from './basis.ts';

/** What it says of the hypotheses that a worker was found at this activity. */
interface Meaning extends Pick<Fact, 'weights' | 'decides' | 'basis'> {
  readonly id:
    | 'stuck-in-frame'
    | 'waited-for-client'
    | 'waited-for-peer'
    | 'idle-at-timeout'
    | 'waited-for-database-lock';
  readonly text: string;
}

const NO_WORK_OF_ITS_OWN = {
  'database-lock': 'against',
  'infinite-loop': 'against',
  'large-artifact': 'against',
} as const;

const MEANINGS: Readonly<Record<Activity, Meaning>> = {
  client: {
    id: 'waited-for-client',
    text: 'waiting for a client that had connected and did not send its request, in gunicorn itself',
    weights: { 'database-lock': -3.5, 'infinite-loop': -3.5, 'large-artifact': -2 },
    decides: NO_WORK_OF_ITS_OWN,
    basis: BASIS.stackDump,
  },
  answer: {
    id: 'waited-for-client',
    text: 'waiting for a client to take the answer, in gunicorn itself',
    weights: { 'database-lock': -3.5, 'infinite-loop': -3.5, 'large-artifact': -2 },
    decides: NO_WORK_OF_ITS_OWN,
    basis: BASIS.stackDump,
  },
  idle: {
    id: 'idle-at-timeout',
    text: "waiting for a connection in gunicorn's own loop, with no request at hand: the host or the arbiter stood still, not its work",
    weights: { 'database-lock': -3.5, 'infinite-loop': -3.5, 'large-artifact': -2 },
    decides: NO_WORK_OF_ITS_OWN,
    basis: BASIS.stackDump,
  },
  network: {
    id: 'waited-for-peer',
    text: 'waiting for the network',
    weights: { 'database-lock': -3.5, 'infinite-loop': -3.5, 'large-artifact': -1.5 },
    decides: { 'database-lock': 'against', 'infinite-loop': 'against' },
    basis: BASIS.stackDump,
  },
  sleep: { id: 'stuck-in-frame', text: 'sleeping', weights: { 'infinite-loop': -2 }, basis: BASIS.stackDump },
  database: {
    id: 'stuck-in-frame',
    text: 'in a database call',
    weights: { 'database-lock': 2, 'infinite-loop': -1.5 },
    basis: BASIS.stackDump,
  },
  file: {
    id: 'stuck-in-frame',
    text: 'in file input or output',
    weights: { 'database-lock': -1.5, 'infinite-loop': -1 },
    basis: BASIS.stackDump,
  },
  thread: {
    id: 'stuck-in-frame',
    text: 'waiting for a lock between its own threads',
    weights: { 'infinite-loop': -3.5, 'database-lock': -3.5, 'large-artifact': -1.5 },
    decides: { 'database-lock': 'against', 'infinite-loop': 'against' },
    basis: BASIS.stackDump,
  },
  regex: {
    id: 'stuck-in-frame',
    text: 'matching a regular expression',
    weights: { 'infinite-loop': 1, 'database-lock': -2 },
    decides: { 'database-lock': 'against' },
    basis: BASIS.stackDump,
  },
  'database-wait': {
    id: 'waited-for-database-lock',
    text: "waiting in SQLite's busy handler for a lock on the database, which somebody else held",
    weights: { 'database-lock': 5.5, 'infinite-loop': -3.5, 'large-artifact': -1 },
    decides: { 'database-lock': 'for', 'infinite-loop': 'against' },
    basis: BASIS.busy,
  },
  'file-lock': {
    id: 'stuck-in-frame',
    text: 'waiting for a lock on a file, which another process held',
    weights: { 'infinite-loop': -3.5, 'large-artifact': -1.5, 'database-lock': -1 },
    decides: { 'infinite-loop': 'against' },
    basis: BASIS.stackDump,
  },
  socket: {
    id: 'stuck-in-frame',
    text: 'waiting at a socket, for a peer or for the next request',
    weights: { 'infinite-loop': -3.5, 'database-lock': -2, 'large-artifact': -1.5 },
    decides: { 'infinite-loop': 'against' },
    basis: BASIS.stackDump,
  },
  child: {
    id: 'stuck-in-frame',
    text: 'waiting for a process that it had started',
    weights: { 'infinite-loop': -2.5, 'database-lock': -2 },
    basis: BASIS.stackDump,
  },
  code: {
    id: 'stuck-in-frame',
    text: 'running Python code',
    weights: { 'infinite-loop': 1, 'database-lock': -2 },
    decides: { 'database-lock': 'against' },
    basis: BASIS.stackDump,
  },
};

/** Without the line of code nobody sees whether that frame had called into C, as a database driver does. */
const MAYBE_IN_C: Meaning = {
  id: 'stuck-in-frame',
  text: 'in Python code, or in C that it had called',
  weights: { 'infinite-loop': 0.5 },
  basis: BASIS.stackDump,
};

const PRINTED_BY: Readonly<Record<StackPrinter, string>> = {
  traceback: 'The traceback of the abort shows',
  faulthandler: 'The dump of faulthandler shows',
  'py-spy': "py-spy's dump shows",
  gdb: "gdb's dump shows",
  'systemd-coredump': 'The stack that systemd took shows',
};

function placed({ file, line, functionName, code }: StackFrame): string {
  // Of a call in C the library is known, not the line.
  if (line === 0) return file === '' ? functionName : `${functionName} of ${file}`;
  return `${file}, line ${line}, in ${functionName}${code === null ? '' : ` (${code})`}`;
}

/** Where the worker was, by a stack that it or somebody else wrote: the innermost frame, and the service's own that led there. */
export function stackFacts(context: FactContext): readonly Fact[] {
  if (context.record === null) return [];
  const stuck = stuckFrame(context);
  return stuck === null ? stackOfAnother(context) : [stuckInFrame(stuck)];
}

/** A stack that was saved and says nothing of this worker is told, lest it be thought of as weighed. */
function stackOfAnother({ evidence, record }: FactContext): readonly Fact[] {
  const [dump] = evidence.host?.stacks ?? [];
  if (dump === undefined || record?.death?.timeout == null) return [];
  const of = dump.pid === null ? 'of a process that it does not name' : `of process ${dump.pid}`;
  const own = record.incident.pid === dump.pid;
  const why = own
    ? 'and was taken at another time'
    : dump.pid === null
      ? 'and nothing dates it'
      : `and the worker was ${record.incident.pid ?? 'unknown'}; a container counts its own pids`;
  return [
    {
      id: 'stack-not-used',
      text: `A stack was saved ${of}, ${why}: it says nothing of this incident.`,
      weights: {},
      ...sourceOnly(dump.source),
      basis: BASIS.stackDump,
    },
  ];
}

function stuckInFrame(stuck: StuckFrame): Fact {
  const { frame, caller, activity, showsCalls, printer, isUndated, sources } = stuck;
  const { decides, ...meaning }: Meaning = activity === 'code' && !showsCalls ? MAYBE_IN_C : MEANINGS[activity];
  const when = isUndated ? ' When in its life that was, nothing tells.' : '';
  return {
    ...meaning,
    text: `${PRINTED_BY[printer]} where the worker was: ${meaning.text}, at ${placed(frame)}${caller === null ? '' : `, called from ${placed(caller)}`}.${when}`,
    weights: isUndated ? scaled(meaning.weights) : meaning.weights,
    ...(decides === undefined || isUndated ? {} : { decides }),
    ...sources,
    basis: printer === 'traceback' ? BASIS.abort : meaning.basis,
  };
}

/** A stack is taken of what hangs, and of what seems to: without a time it counts for less, and decides nothing. */
const UNDATED_SHARE = 0.7;

function scaled(weights: Fact['weights']): Fact['weights'] {
  const entries = Object.entries(weights).map(([id, weight]) => [id, Math.round(weight * UNDATED_SHARE * 10) / 10]);
  return Object.fromEntries(entries);
}
