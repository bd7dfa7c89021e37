import type { CourseStep, CourseStepName, ImportCourse } from '../model/import-course.ts';
import type { ServiceParser, WhatIf, WhatIfChoice, WhatIfOutcome } from '../model/what-if.ts';
import { pythonBytes, pythonSeconds } from '../profiling/python-cost.ts';

/**
 * The parser that the worker's memory suggests: a tree takes several times the document. Where its memory is not known a
 * tree is assumed, which is what services do unless they were written for large files.
 */
export function seenParser(course: ImportCourse): ServiceParser {
  const { memory, artifactBytes } = course;
  if (memory === null || artifactBytes === null) return 'element-tree';
  return memory.peakBytes - memory.baseBytes >= 2 * artifactBytes || course.endedBy === 'out-of-memory'
    ? 'element-tree'
    : 'iterparse';
}

/** The choice that changes nothing: how it was. */
export function asItWas(course: ImportCourse): WhatIfChoice {
  return {
    timeoutSeconds: course.timeoutSeconds ?? 0,
    memoryLimitBytes: course.memoryLimit?.bytes ?? null,
    parser: seenParser(course),
    batchRows: course.batchRows,
    lockWaitSeconds: null,
  };
}

/**
 * How the operation would have gone. What the log and the database show stays as it was; the parser's own part of it is
 * exchanged for what another takes by measured ratios; the insert goes on at the rate seen. Memory is taken to grow evenly
 * along the bytes, and what the worker held besides its parser is what `ps` showed beyond an estimate of that.
 */
export function whatIf(course: ImportCourse, choice: WhatIfChoice): WhatIf {
  const steps = shiftedSteps(course, choice.parser);
  const shift = parseShift(course, choice.parser);
  const neededSeconds = course.neededSeconds === null ? null : Math.max(0, course.neededSeconds + shift);
  const knownUntil = Math.max(0, course.elapsedSeconds + shift);
  const grown = grownBytes(course, choice);
  const base = course.memory?.baseBytes ?? 0;
  const parse = parseStretch(course, steps, knownUntil);
  const deadlineSecond = choice.timeoutSeconds === 0 ? null : course.lastHeartbeatSecond + choice.timeoutSeconds;

  const shareAtLimit =
    choice.memoryLimitBytes === null || base + grown < choice.memoryLimitBytes
      ? null
      : Math.max(0, choice.memoryLimitBytes - base) / grown;
  const outOfMemory = shareAtLimit === null ? Number.POSITIVE_INFINITY : parse.from + shareAtLimit * parse.seconds;
  const timedOut = deadlineSecond ?? Number.POSITIVE_INFINITY;
  const last = neededSeconds ?? knownUntil;
  const refused = refusedAt(course, choice, shift);

  let outcome: WhatIfOutcome;
  if (refused < Math.min(outOfMemory, timedOut)) {
    outcome = { kind: 'lock-refused', second: refused };
  } else if (outOfMemory <= timedOut && outOfMemory <= last) {
    outcome = {
      kind: 'out-of-memory',
      second: outOfMemory,
      step: stepAt(steps, outOfMemory),
      atByte: course.artifactBytes === null ? null : Math.floor((shareAtLimit ?? 0) * course.artifactBytes),
    };
    // The arbiter looks about once a second: what ends with the deadline was ended by it.
  } else if (timedOut < last || (neededSeconds === null && timedOut <= last + ARBITER_TICK_SECONDS)) {
    outcome = { kind: 'timed-out', second: timedOut, step: stepAt(steps, timedOut) };
  } else if (neededSeconds === null) {
    outcome = { kind: 'unknown', second: knownUntil };
  } else {
    outcome = { kind: 'finishes', second: neededSeconds };
  }
  return {
    outcome,
    steps,
    memory: memoryLine(base, grown, parse, outcome.second),
    peakBytes: base + grown,
    neededSeconds,
    deadlineSecond,
    leastTimeoutSeconds: neededSeconds === null ? null : Math.max(0, neededSeconds - course.lastHeartbeatSecond),
    committedRows: committedRows(course, choice, steps, outcome),
  };
}

const ARBITER_TICK_SECONDS = 1;

/** When a wait for the lock gives up; the lock was held at least for as long as was seen, and nothing tells of later. */
function refusedAt(course: ImportCourse, choice: WhatIfChoice, shift: number): number {
  if (course.lockedFromSecond === undefined || choice.lockWaitSeconds === null) return Number.POSITIVE_INFINITY;
  const second = course.lockedFromSecond + shift + choice.lockWaitSeconds;
  return second < course.elapsedSeconds + shift ? second : Number.POSITIVE_INFINITY;
}

/** Seconds by which another parser makes the operation longer; less than nothing where it is faster. */
function parseShift(course: ImportCourse, parser: ServiceParser): number {
  const { artifactBytes } = course;
  const parse = course.steps.find((step) => step.name === 'parse');
  if (artifactBytes === null || parse === undefined) return 0;
  const logged = (parse.toSecond ?? course.elapsedSeconds) - parse.fromSecond;
  const difference = pythonSeconds(parser, artifactBytes) - pythonSeconds(seenParser(course), artifactBytes);
  // A parse that was not over had no time to save: only what was seen of it is known.
  if (parse.toSecond === null) return 0;
  return Math.max(-logged, difference);
}

function shiftedSteps(course: ImportCourse, parser: ServiceParser): readonly CourseStep[] {
  const shift = parseShift(course, parser);
  const parseEnd = course.steps.find((step) => step.name === 'parse')?.toSecond ?? null;
  if (shift === 0 || parseEnd === null) return course.steps;
  const moved = (second: number): number => (second >= parseEnd ? second + shift : second);
  return course.steps.map((step) => ({
    ...step,
    fromSecond: moved(step.fromSecond),
    toSecond: step.toSecond === null ? null : moved(step.toSecond),
  }));
}

/** What the worker takes on top of what it held before: its parser, and what it made of the document. */
function grownBytes(course: ImportCourse, choice: WhatIfChoice): number {
  const { artifactBytes, insert } = course;
  const seen = seenGrowth(course);
  if (artifactBytes === null) return seen ?? 0;
  const besides = seen === null ? 0 : Math.max(0, seen - pythonBytes(seenParser(course), artifactBytes));
  // A stream can hand on its rows as they come, so that only those of one transaction are held.
  const rows = insert?.rows ?? null;
  const held =
    choice.parser === 'iterparse' && choice.batchRows !== null && rows !== null
      ? besides * Math.min(1, choice.batchRows / rows)
      : besides;
  return pythonBytes(choice.parser, artifactBytes) + held;
}

/** What `ps` showed; a worker that its limit ended had reached it, whenever the last look at it was. */
function seenGrowth({ memory, memoryLimit, endedBy }: ImportCourse): number | null {
  const base = memory?.baseBytes ?? 0;
  const limit = endedBy === 'out-of-memory' && memoryLimit?.binds === 'cgroup' ? memoryLimit.bytes - base : null;
  const shown = memory === null ? null : memory.peakBytes - base;
  return limit === null ? shown : Math.max(limit, shown ?? 0);
}

interface Stretch {
  readonly from: number;
  readonly seconds: number;
}

/** Where memory grows: the parse, or where the log shows none the whole of what was seen. */
function parseStretch(course: ImportCourse, steps: readonly CourseStep[], knownUntil: number): Stretch {
  const parse = steps.find((step) => step.name === 'parse');
  if (parse === undefined) return { from: 0, seconds: knownUntil };
  return { from: parse.fromSecond, seconds: Math.max(0, (parse.toSecond ?? course.elapsedSeconds) - parse.fromSecond) };
}

function memoryLine(base: number, grown: number, parse: Stretch, until: number): WhatIf['memory'] {
  const at = (second: number): number => {
    const share = parse.seconds === 0 ? Number(second >= parse.from) : (second - parse.from) / parse.seconds;
    return base + grown * Math.min(1, Math.max(0, share));
  };
  const corners = [0, parse.from, parse.from + parse.seconds].filter((second) => second < until);
  return [...corners, until].map((second) => ({ second, bytes: at(second) }));
}

/** The step that was going on at a second; null between steps. */
function stepAt(steps: readonly CourseStep[], second: number): CourseStepName | null {
  return (
    steps.findLast((step) => step.fromSecond <= second && (step.toSecond === null || second <= step.toSecond))?.name ??
    null
  );
}

function committedRows(
  course: ImportCourse,
  choice: WhatIfChoice,
  steps: readonly CourseStep[],
  outcome: WhatIfOutcome,
): number | null {
  const { insert } = course;
  if (insert === null || choice.batchRows === null || choice.batchRows <= 0) return null;
  if (outcome.kind === 'finishes') return insert.rows;
  const begun = steps.findLast((step) => step.name === 'insert')?.fromSecond ?? Number.POSITIVE_INFINITY;
  const written = Math.min(insert.rows, Math.max(0, outcome.second - begun) * insert.rowsPerSecond);
  return Math.floor(written / choice.batchRows) * choice.batchRows;
}
