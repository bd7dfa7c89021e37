import type { CourseStepName, ImportCourse, InsertRate } from '../model/import-course.ts';
import type { WhatIf, WhatIfChoice } from '../model/what-if.ts';
import { pythonBytes, pythonName, pythonSeconds } from '../profiling/python-cost.ts';
import { formatBytes, formatCount, formatSeconds } from '../wording/figures.ts';
import { advisedTimeout } from './advised-timeout.ts';
import { seenParser } from './what-if.ts';

const STEP_WORDS: Readonly<Record<CourseStepName, string>> = {
  download: 'in the download',
  parse: 'in the parse',
  insert: 'in the insert',
  'other-step': 'in a step between',
};

const SHOWN_BY = {
  'open-transaction': 'open transaction shows',
  'committed-rows': 'committed rows show',
  'progress-line': 'log shows',
  'finished-step': 'log shows',
} as const satisfies Record<InsertRate['from'], string>;

function within(step: CourseStepName | null): string {
  return step === null ? '' : `, ${STEP_WORDS[step]}`;
}

/** What would have become of the import, in one sentence. */
export function outcomeSentence(course: ImportCourse, choice: WhatIfChoice, result: WhatIf): string {
  const { outcome } = result;
  switch (outcome.kind) {
    case 'finishes':
      return `The import would have finished after ${formatSeconds(outcome.second)}.`;
    case 'timed-out':
      return `The worker would have been timed out ${formatSeconds(outcome.second)} into the import${within(outcome.step)}${
        result.neededSeconds === null ? '' : `; the whole takes ${formatSeconds(result.neededSeconds)}`
      }.`;
    case 'out-of-memory':
      return `The worker would have run into the limit of ${formatBytes(choice.memoryLimitBytes ?? 0)} ${formatSeconds(outcome.second)} into the import${within(outcome.step)}${
        outcome.atByte === null || course.artifactBytes === null
          ? ''
          : `, at about byte ${formatCount(outcome.atByte)} of ${formatCount(course.artifactBytes)}`
      }.`;
    case 'lock-refused':
      return `The wait for the lock would have given up ${formatSeconds(outcome.second)} into the import: the import fails and the worker lives.`;
    case 'unknown':
      return `Nothing would have ended the worker in the first ${formatSeconds(outcome.second)}; how much longer the import would have taken, the evidence does not tell.`;
  }
}

/** The outcome in two or three words, for a mark beside it. */
export const OUTCOME_WORDS: Readonly<Record<WhatIf['outcome']['kind'], string>> = {
  finishes: 'finishes',
  'timed-out': 'timed out',
  'out-of-memory': 'out of memory',
  'lock-refused': 'lock refused',
  unknown: 'not known',
};

/** What the answer rests on, a sentence each. */
export function whatIfReasons(course: ImportCourse, choice: WhatIfChoice, result: WhatIf): readonly string[] {
  const { artifactBytes, insert, memory, lastHeartbeatSecond, steps } = course;
  const reasons: string[] = [];
  if (lastHeartbeatSecond > 0) {
    reasons.push(
      `The timeout counts from the last heartbeat, ${formatSeconds(lastHeartbeatSecond)} in: TIMEOUT minus the ${formatSeconds(course.timeoutSeconds ?? 0)} in force.`,
    );
  }
  const parse = steps.find((step) => step.name === 'parse');
  if (parse !== undefined && parse.toSecond !== null && artifactBytes !== null) {
    const seen = seenParser(course);
    reasons.push(
      `The log shows ${formatSeconds(parse.toSecond - parse.fromSecond)} for the parse, of which ${pythonName(seen)} itself takes about ${formatSeconds(pythonSeconds(seen, artifactBytes))}${
        choice.parser === seen
          ? ''
          : ` and ${pythonName(choice.parser)} ${formatSeconds(pythonSeconds(choice.parser, artifactBytes))}`
      } (estimates); the rest is taken to stay.`,
    );
  }
  if (insert !== null && result.neededSeconds !== null) {
    const bound = insert.from === 'open-transaction' ? ', a lower bound: more may have been in the page cache' : '';
    reasons.push(
      `${formatCount(insert.rows)} rows at ${insert.rowsPerSecond < 10 ? insert.rowsPerSecond.toFixed(1) : formatCount(insert.rowsPerSecond)} a second, as the ${
        SHOWN_BY[insert.from]
      }${bound}.`,
    );
  }
  if (artifactBytes !== null) {
    const base = memory === null ? '' : `${formatBytes(memory.baseBytes)} before the import, `;
    const parser = pythonBytes(choice.parser, artifactBytes);
    const besides = result.peakBytes - parser - (memory?.baseBytes ?? 0);
    reasons.push(
      `Memory up to ${formatBytes(result.peakBytes)}: ${base}${formatBytes(parser)} for ${pythonName(choice.parser)} (an estimate)${
        besides > 1_000_000 ? `, ${formatBytes(besides)} for what it makes of the document` : ''
      }.`,
    );
  }
  if (result.committedRows !== null && insert !== null && result.outcome.kind !== 'finishes') {
    reasons.push(
      `${formatCount(result.committedRows)} of ${formatCount(insert.rows)} rows would have been committed by then, in transactions of ${formatCount(choice.batchRows ?? insert.rows)}.`,
    );
  }
  return reasons;
}

/** Why that timeout: what the import needs, and what to advise for it. Empty where no rate is known. */
export function timeoutReasons(result: WhatIf): readonly string[] {
  const { neededSeconds, leastTimeoutSeconds } = result;
  if (neededSeconds === null || leastTimeoutSeconds === null) return [];
  const advice = advisedTimeout(neededSeconds);
  const needs = `The import needs ${formatSeconds(neededSeconds)}${
    leastTimeoutSeconds < neededSeconds
      ? `, a timeout of ${formatSeconds(leastTimeoutSeconds)} with a heartbeat as late as the last one`
      : ''
  }.`;
  return [
    needs,
    advice.covers
      ? `${advice.seconds} s is half as much again.`
      : `No sensible worker timeout covers that: ${advice.seconds} s serve smaller imports, this one belongs outside the web request.`,
  ];
}
