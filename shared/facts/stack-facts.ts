import { type FactContext, sourceOnly } from '../context/context.ts';
import type { Activity, StackFrame, StackPrinter } from '../context/stacks.ts';
import { type StuckFrame, stuckFrame } from '../context/traceback.ts';
import { isUnbounded } from '../context/work-counters.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, type RuleCase, rule } from './rule.ts';
import { datedOrNot } from './undated.ts';

/** A traceback at the abort is gunicorn's handler's. */
const TRACEBACK = { when: 'the traceback of the abort shows it', basis: BASIS.abort } as const;

/** A stack is taken of what hangs, and of what seems to: without a time it counts for less, and decides nothing. */
const UNDATED_SHARE = 0.7;

const NO_WORK_OF_ITS_OWN = datedOrNot(
  {
    there: {
      when: 'the stack shows it',
      weights: { 'database-lock': -3.5, 'infinite-loop': -3.5, 'large-artifact': -2 },
      decides: { 'database-lock': 'against', 'infinite-loop': 'against', 'large-artifact': 'against' },
    },
  },
  UNDATED_SHARE,
);

const waitedForClient = rule({
  id: 'waited-for-client',
  needs: ['stack'],
  basis: BASIS.stackDump,
  cases: { ...NO_WORK_OF_ITS_OWN, traceback: TRACEBACK },
});

const idleAtTimeout = rule({
  id: 'idle-at-timeout',
  needs: ['stack'],
  basis: BASIS.stackDump,
  cases: { ...NO_WORK_OF_ITS_OWN, traceback: TRACEBACK },
});

const waitedForPeer = rule({
  id: 'waited-for-peer',
  needs: ['stack'],
  basis: BASIS.stackDump,
  cases: {
    ...datedOrNot(
      {
        there: {
          when: 'the stack shows it',
          weights: { 'database-lock': -3.5, 'large-artifact': -1.5 },
          decides: { 'database-lock': 'against' },
        },
        bounded: {
          when: 'its log does not show that nothing bounds the work: a loop may wait for its peer in every round',
          weights: { 'infinite-loop': -3.5 },
          decides: { 'infinite-loop': 'against' },
        },
      },
      UNDATED_SHARE,
    ),
    traceback: TRACEBACK,
  },
});

const waitedForDatabaseLock = rule({
  id: 'waited-for-database-lock',
  needs: ['stack'],
  basis: BASIS.busy,
  cases: {
    ...datedOrNot(
      {
        there: {
          when: 'the stack shows it',
          weights: { 'database-lock': 5.5, 'infinite-loop': -3.5, 'large-artifact': -1 },
          decides: { 'database-lock': 'for', 'infinite-loop': 'against' },
        },
      },
      UNDATED_SHARE,
    ),
    traceback: TRACEBACK,
  },
});

const STUCK_IN = {
  sleep: { when: 'it slept', weights: { 'infinite-loop': -2 } },
  database: { when: 'it was in a database call', weights: { 'database-lock': 2, 'infinite-loop': -1.5 } },
  file: { when: 'it was in file input or output', weights: { 'database-lock': -1.5, 'infinite-loop': -1 } },
  'file-lock': {
    when: 'it waited for a lock on a file, which another process held',
    weights: { 'infinite-loop': -3.5, 'large-artifact': -1.5, 'database-lock': -1 },
    decides: { 'infinite-loop': 'against' },
  },
  socket: {
    when: 'it waited at a socket, for a peer or for the next request',
    weights: { 'infinite-loop': -3.5, 'database-lock': -2, 'large-artifact': -1.5 },
    decides: { 'infinite-loop': 'against' },
  },
  child: {
    when: 'it waited for a process that it had started',
    weights: { 'infinite-loop': -2.5, 'database-lock': -2 },
  },
  thread: {
    when: 'it waited for a lock between its own threads',
    weights: { 'infinite-loop': -3.5, 'database-lock': -3.5, 'large-artifact': -1.5 },
    decides: { 'database-lock': 'against', 'infinite-loop': 'against' },
  },
  code: {
    when: 'it ran Python code, or matched a regular expression',
    weights: { 'infinite-loop': 1, 'database-lock': -2 },
    decides: { 'database-lock': 'against' },
  },
  backtracking: {
    when: 'it matched a regular expression in which a repetition stands within a repetition',
    weights: { 'infinite-loop': 4, 'database-lock': -2 },
    decides: { 'infinite-loop': 'for', 'database-lock': 'against' },
    basis: BASIS.backtracking,
  },
  // Without the line of code nobody sees whether that frame had called into C, as a database driver does.
  maybeInC: { when: 'it was in Python code, or in C that it had called', weights: { 'infinite-loop': 0.5 } },
} as const satisfies Readonly<Record<string, RuleCase>>;

const stuckInFrame = rule({
  id: 'stuck-in-frame',
  needs: ['stack'],
  basis: BASIS.stackDump,
  cases: { ...datedOrNot(STUCK_IN, UNDATED_SHARE), traceback: TRACEBACK },
});

/** What a worker at this activity was doing, as the end of "the worker was". */
const ACTIVITY_WORDS: Readonly<Record<Activity | 'maybeInC', string>> = {
  client: 'waiting for a client that had connected and not sent all of its request, in gunicorn itself',
  answer: 'waiting for a client to take the answer, in gunicorn itself',
  idle: "waiting for a connection in gunicorn's own loop, with no request at hand: the host or the arbiter stood still, not its work",
  network: 'waiting for the network',
  sleep: 'sleeping',
  database: 'in a database call',
  file: 'in file input or output',
  thread: 'waiting for a lock between its own threads',
  regex: 'matching a regular expression',
  'database-wait': "waiting in SQLite's busy handler for a lock on the database, which another process held",
  'file-lock': 'waiting for a lock on a file, which another process held',
  socket: 'waiting at a socket, for a peer or for the next request',
  child: 'waiting for a child process',
  code: 'running Python code',
  maybeInC: 'in Python code, or in C that it had called',
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
function stackFacts(context: FactContext): readonly StackFact[] {
  if (context.record === null) return [];
  const stuck = stuckFrame(context);
  if (stuck === null) return stackOfAnother(context);
  const { frame, caller, activity, showsCalls, printer, isUndated, sources } = stuck;
  const where = activity === 'code' && !showsCalls ? 'maybeInC' : activity;
  const traceback: readonly 'traceback'[] = printer === 'traceback' ? ['traceback'] : [];
  const when = isUndated ? ' When in its life that was, nothing tells.' : '';
  const found = {
    text: `${PRINTED_BY[printer]} where the worker was: ${ACTIVITY_WORDS[where]}, at ${placed(frame)}${caller === null ? '' : `, called from ${placed(caller)}`}.${when}`,
    ...sources,
  };
  const there = isUndated ? 'thereUndated' : 'there';
  switch (where) {
    case 'client':
    case 'answer':
      return [waitedForClient.fact({ case: [there, ...traceback], ...found })];
    case 'idle':
      return [idleAtTimeout.fact({ case: [there, ...traceback], ...found })];
    case 'network':
      return [waitedForPeer.fact({ case: [there, ...boundedCase(context, isUndated), ...traceback], ...found })];
    case 'database-wait':
      return [waitedForDatabaseLock.fact({ case: [there, ...traceback], ...found })];
    default: {
      const at = where === 'regex' ? (backtracks(stuck) ? 'backtracking' : 'code') : where;
      return [stuckInFrame.fact({ case: [isUndated ? (`${at}Undated` as const) : at, ...traceback], ...found })];
    }
  }
}

function boundedCase(context: FactContext, isUndated: boolean): readonly ('bounded' | 'boundedUndated')[] {
  return isUnbounded(context) ? [] : [isUndated ? 'boundedUndated' : 'bounded'];
}

const stackNotUsed = rule({ id: 'stack-not-used', needs: ['stack'], basis: BASIS.stackDump });

/** A stack that was saved and says nothing of this worker is told, lest it be thought of as weighed. */
function stackOfAnother({ evidence, record }: FactContext): readonly StackFact[] {
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
    stackNotUsed.fact({
      text: `The evidence has a stack ${of}, ${why}: it shows nothing of this incident.`,
      ...sourceOnly(dump.source),
    }),
  ];
}

/** `(a+)+`, `([a-z]*\\s?)*`: what fails to match such a pattern is tried in exponentially many ways. */
const NESTED_REPETITION = /\((?:[^()\\]|\\.)*[+*](?:[^()\\]|\\.)*\)(?:[+*]|\{\d+,\d*\})/;

const backtracks = ({ frame, caller }: StuckFrame): boolean =>
  [frame.code, caller?.code ?? null].some((code) => code !== null && NESTED_REPETITION.test(code));

const STACK_RULES = [
  waitedForClient,
  idleAtTimeout,
  waitedForPeer,
  waitedForDatabaseLock,
  stuckInFrame,
  stackNotUsed,
] as const;
type StackFact = FactOf<typeof STACK_RULES>;

export const stackFamily = family({
  name: 'stack',
  about:
    'Where the worker was, by a stack that it or another program wrote: the innermost frame, and the one of the service that led there.',
  rules: STACK_RULES,
  find: stackFacts,
});
