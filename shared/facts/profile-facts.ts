import { type FactContext, sourceOnly, sourcesOf } from '../context/context.ts';
import { insertReckoning } from '../context/course-words.ts';
import { importCourse } from '../context/import-course.ts';
import { reproductionOf } from '../context/reproduction.ts';
import { insertStep } from '../context/rows-to-write.ts';
import { isTimeLimit } from '../model/analysis.ts';
import type { ParseProfile } from '../model/artifact.ts';
import type { ImportCourse } from '../model/import-course.ts';
import { secondsBetween } from '../model/time.ts';
import { type PythonParser, pythonName } from '../profiling/python-cost.ts';
import { formatBytes, formatCount, formatSeconds } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { pythonFigure } from './python-figure.ts';
import { type FactOf, family, rule } from './rule.ts';

/**
 * What the log and the database say of the import against what the same bytes cost here: where the time went, how long the
 * whole would have taken, and how much memory a parse into a tree takes. The cost of a Python service is an estimate from
 * measured ratios, and every sentence that rests on one says so.
 */
function profileFacts(context: FactContext): readonly ProfileFact[] {
  const course = importCourse(context);
  return [
    ...parseAgainstLog(context),
    ...(course === null ? [] : [...insertPace(context, course), ...neededTimeout(context, course)]),
    ...memoryOfTree(context, course),
  ];
}

/** From how many times the measured cost on a parse is no longer what took the time. */
const NOT_THE_COST = 5;
/** Up to how many times the measured cost a parse accounts for the time: a busy host is that much slower. */
const IS_THE_COST = 3;
const MIN_PARSE_SECONDS = 2;

/** The cost of a Python service is an estimate where the host measured none. */
const PARSE_BASIS = `${BASIS.profile}; ${BASIS.pythonCost}`;
const PARSE_MEASURED = {
  when: 'reproduce.sh measured it on the host',
  basis: `${BASIS.profile}; ${BASIS.reproduction}`,
} as const;

const parseNotTheCost = rule({
  id: 'parse-not-the-cost',
  needs: ['artifact', 'service-log'],
  basis: PARSE_BASIS,
  weights: { 'large-artifact': -0.5 },
  cases: {
    unfinished: { when: 'the parse had not ended', weights: { 'infinite-loop': 0.3 } },
    measured: PARSE_MEASURED,
  },
});

const parseIsTheCost = rule({
  id: 'parse-is-the-cost',
  needs: ['artifact', 'service-log'],
  basis: PARSE_BASIS,
  weights: { 'large-artifact': 0.5, 'infinite-loop': -0.3 },
  cases: { measured: PARSE_MEASURED },
});

function parseAgainstLog(context: FactContext): readonly ProfileFact[] {
  const report = context.artifact?.report;
  const step = context.record?.operation?.steps.find((each) => each.name === 'parse') ?? null;
  if (report === undefined || step === null || context.workEnd === null || report.damage !== null) return [];
  if (!step.isTimed) return [];
  const finished = step.to !== null && step.to <= context.workEnd;
  const logged = secondsBetween(step.from, finished && step.to !== null ? step.to : context.workEnd);
  const here = report.stream.seconds;
  const tree = report.tree?.outcome.kind === 'finished' ? report.tree.seconds : null;
  const python = pythonFigure('element-tree', report.bytes, reproductionOf(context));
  const highest = Math.max(here, tree ?? 0, python.seconds);
  if (logged < MIN_PARSE_SECONDS) return [];
  const measured = `the same bytes take ${formatSeconds(here)} here${tree === null ? '' : ` as a stream and ${formatSeconds(tree)} as a tree`} and ${python.isMeasured ? `took Python's ElementTree ${formatSeconds(python.seconds)} on the host` : `would take Python's ElementTree about ${formatSeconds(python.seconds)} (an estimate)`}`;
  const measuredHow: readonly 'measured'[] = python.isMeasured ? ['measured'] : [];
  const fact = sourcesOf(step.startLine.event, step.endLine?.event);
  if (logged >= NOT_THE_COST * highest) {
    return [
      parseNotTheCost.fact({
        case: [...(finished ? [] : (['unfinished'] as const)), ...measuredHow],
        text: `The log shows ${formatSeconds(logged)} ${finished ? 'between start and parsed' : 'in the parse, unfinished'}; ${measured}: parsing is not where the time went.`,
        ...fact,
      }),
    ];
  }
  if (!finished || logged > IS_THE_COST * highest) return [];
  return [
    parseIsTheCost.fact({
      case: measuredHow,
      text: `The log shows ${formatSeconds(logged)} between start and parsed; ${measured}: that is what parsing these bytes costs.`,
      ...fact,
    }),
  ];
}

const insertRate = rule({
  id: 'insert-rate',
  needs: ['service-log'],
  basis: BASIS.log,
  cases: {
    finished: { when: 'the step was done, and gives the rate as a whole' },
    // Rows that the log counts one batch after the other are progress that a reader saw.
    counted: {
      when: 'the log counts the rows',
      weights: { 'infinite-loop': -2 },
      decides: { 'infinite-loop': 'against' },
    },
    committed: { when: 'rows that were committed are counted in the database', weights: { 'infinite-loop': -2 } },
    open: {
      when: 'rows of the open transaction are counted',
      basis: `${BASIS.wal}; ${BASIS.log}`,
      weights: { 'infinite-loop': -1 },
    },
  },
});

const RATE_CASES = {
  'finished-step': 'finished',
  'progress-line': 'counted',
  'committed-rows': 'committed',
  'open-transaction': 'open',
} as const;

/** Work that goes on at a steady pace ends, so a rate speaks against a loop. */
function insertPace(context: FactContext, course: ImportCourse): readonly ProfileFact[] {
  const { insert, batchRows } = course;
  if (insert === null) return [];
  const step = insertStep(context);
  const transaction = context.database?.report.wal?.openTransaction ?? context.database?.report.journalTransaction;
  const batch =
    batchRows === null
      ? ''
      : batchRows >= insert.rows
        ? ', all in one transaction by the log'
        : `, in batches of ${formatCount(batchRows)} by the log`;
  const log = sourcesOf(step?.startLine.event, insert.from === 'open-transaction' ? null : step?.endLine?.event);
  return [
    insertRate.fact({
      case: RATE_CASES[insert.from],
      text: `Rows went into the database at ${insert.from === 'open-transaction' ? 'about ' : ''}${formatRate(insert.rowsPerSecond)} a second${batch}: ${insertReckoning(insert)}.`,
      sources: [...log.sources, ...(insert.from === 'open-transaction' && transaction ? [transaction.source] : [])],
      rows: log.rows,
    }),
  ];
}

function formatRate(rowsPerSecond: number): string {
  return rowsPerSecond < 10 ? `${rowsPerSecond.toFixed(1)} rows` : `${formatCount(rowsPerSecond)} rows`;
}

/** Slack for the arbiter's look at heartbeats, about once a second, and for the error of the rate. */
const CLEARLY_LONGER = 1.1;

const timeoutNeeded = rule({
  id: 'timeout-needed',
  needs: ['service-log', 'settings'],
  basis: `${BASIS.log}; ${BASIS.settings}`,
  cases: {
    short: {
      when: 'the work needs longer than the timeout, which ended the worker',
      weights: { 'worker-timeout': 1, 'large-artifact': 0.5 },
    },
    allowed: {
      when: 'the timeout allows for the work',
      weights: { 'worker-timeout': -0.3, 'large-artifact': -0.3 },
    },
  },
});

function neededTimeout(context: FactContext, course: ImportCourse): readonly ProfileFact[] {
  const { neededSeconds, timeoutSeconds, lastHeartbeatSecond, insert } = course;
  if (neededSeconds === null || insert === null || timeoutSeconds === null || timeoutSeconds === 0) return [];
  const step = insertStep(context);
  const sinceHeartbeat = neededSeconds - lastHeartbeatSecond;
  const short = sinceHeartbeat > timeoutSeconds * CLEARLY_LONGER;
  const heartbeat =
    lastHeartbeatSecond === 0
      ? ''
      : `, or ${formatSeconds(sinceHeartbeat)} where a heartbeat comes ${formatSeconds(lastHeartbeatSecond)} in, as the last one did here`;
  const timedOut = course.endedBy === 'timeout';
  return [
    timeoutNeeded.fact({
      case: !short ? 'allowed' : timedOut ? 'short' : [],
      text: short
        ? `At that rate the whole import takes ${formatSeconds(neededSeconds)}, so it needs a timeout above that${heartbeat}; the timeout was ${timeoutSeconds} s.`
        : `At that rate the whole import takes ${formatSeconds(neededSeconds)}, which the timeout of ${timeoutSeconds} s allows for.`,
      ...sourcesOf(context.record?.operation?.lines[0]?.event, step?.startLine.event, context.record?.death?.timeout),
    }),
  ];
}

const TREE_PARSERS = ['element-tree', 'lxml'] as const satisfies readonly PythonParser[];
/** Share of the memory there is below which a tree cannot have been what exhausted it. */
const SMALL_SHARE = 0.25;

const TREE_MEASURED = {
  when: 'reproduce.sh measured it on the host',
  basis: `${BASIS.reproduction}; ${BASIS.pythonCost}`,
} as const;

const treeMemory = rule({
  id: 'tree-memory',
  needs: ['artifact'],
  basis: BASIS.pythonCost,
  cases: {
    measured: TREE_MEASURED,
  },
});

const treeExceedsMemory = rule({
  id: 'tree-exceeds-memory',
  needs: ['artifact', 'host-load'],
  basis: BASIS.pythonCost,
  cases: {
    certain: {
      when: 'every parser that builds a tree would',
      weights: { 'memory-exhaustion': 1, 'large-artifact': 0.5 },
    },
    possible: {
      when: 'only some of them would',
      weights: { 'memory-exhaustion': 0.5, 'large-artifact': 0.2 },
    },
    measured: TREE_MEASURED,
  },
});

const treeFitsMemory = rule({
  id: 'tree-fits-memory',
  needs: ['artifact', 'host-load'],
  basis: BASIS.pythonCost,
  cases: {
    // An estimate clears nobody whom the kernel names.
    smallAtTimeout: {
      when: 'it would take less than a quarter of the memory, and a timeout ended the worker',
      weights: { 'memory-exhaustion': -0.5 },
    },
    measured: TREE_MEASURED,
  },
});

/** What a whole-document parse takes, against the memory there was. */
function memoryOfTree(context: FactContext, course: ImportCourse | null): readonly ProfileFact[] {
  const { figures, artifact } = context;
  const bytes = figures?.bytes ?? null;
  if (bytes === null || context.record === null) return [];
  const measured = reproductionOf(context);
  const needs = TREE_PARSERS.map((parser) => ({ parser, ...pythonFigure(parser, bytes, measured) }));
  const least = Math.min(...needs.map((need) => need.bytes));
  const most = Math.max(...needs.map((need) => need.bytes));
  const estimate = needs
    .map(
      ({ parser, bytes: need, isMeasured }) =>
        `${formatBytes(need)} with ${pythonName(parser)} (${isMeasured ? 'measured on the host' : 'an estimate'})`,
    )
    .join(' or ');
  const tree = artifact?.report.tree ?? null;
  const here = tree === null ? '' : `; ${treeRun(tree)}`;
  const limit = course?.memoryLimit ?? null;
  const base = course?.memory?.baseBytes ?? 0;
  const step = context.record.operation?.steps.find((each) => each.name === 'parse') ?? null;
  const sources =
    artifact === null
      ? sourcesOf(step?.startLine.event ?? context.record.operation?.lines[0]?.event)
      : sourceOnly(artifact.report.source);
  const measuredHow: readonly 'measured'[] = needs.some(({ isMeasured }) => isMeasured) ? ['measured'] : [];
  const opening = `Parsed into a tree, these ${formatBytes(bytes)} take about ${estimate}${here}`;
  if (limit === null) return [treeMemory.fact({ case: measuredHow, text: `${opening}.`, ...sources })];
  const room = limit.bytes - base;
  const bound = `${limit.binds === 'cgroup' ? 'the limit of' : "the host's"} ${formatBytes(limit.bytes)}${limit.binds === 'cgroup' ? ` (${limit.from})` : ''}`;
  const deaths = needs.flatMap(({ parser, bytes: need }) => {
    // Memory grows with the bytes that were parsed, evenly.
    const at = need <= room ? null : Math.max(0, Math.floor((bytes * room) / need));
    return at === null
      ? []
      : [`${pythonName(parser)} at byte ${formatCount(at)} (${Math.round((at / bytes) * 100)} %)`];
  });
  if (deaths.length > 0) {
    const certain = least > room;
    return [
      treeExceedsMemory.fact({
        case: [certain ? 'certain' : 'possible', ...measuredHow],
        text: `${opening}; with ${formatBytes(base)} held before, ${bound} would be reached by ${deaths.join(' and ')}.`,
        ...sources,
      }),
    ];
  }
  const small = base + most < SMALL_SHARE * limit.bytes;
  return [
    treeFitsMemory.fact({
      case: [
        ...(small && isTimeLimit(context.record.incident.mechanism) ? (['smallAtTimeout'] as const) : []),
        ...measuredHow,
      ],
      text: `${opening}: ${bound} would not be reached by the parse alone.`,
      ...sources,
    }),
  ];
}

/** The run here that built a tree, as a clause. */
function treeRun({ outcome, peakRssBytes, seconds }: ParseProfile): string {
  switch (outcome.kind) {
    case 'finished':
      return `a tree of them took ${formatBytes(peakRssBytes)} and ${formatSeconds(seconds)} here`;
    case 'memory-limit':
      return `a tree of them reached a limit of ${formatBytes(outcome.limitBytes)} here at byte ${formatCount(outcome.atBytes)}`;
    case 'damaged':
    case 'cancelled':
      return `a tree of the first ${formatCount(outcome.atBytes)} bytes took ${formatBytes(peakRssBytes)} here`;
  }
}

const PROFILE_RULES = [
  parseNotTheCost,
  parseIsTheCost,
  insertRate,
  timeoutNeeded,
  treeMemory,
  treeExceedsMemory,
  treeFitsMemory,
] as const;
type ProfileFact = FactOf<typeof PROFILE_RULES>;

export const profileFamily = family({
  name: 'profile',
  about:
    'What the log and the database say of the import against what the same bytes cost here: where the time went, how long the whole would have taken, and how much memory a parse into a tree takes.',
  rules: PROFILE_RULES,
  find: profileFacts,
});
