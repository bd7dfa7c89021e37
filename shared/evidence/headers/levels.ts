import type { Severity } from '../../model/event.ts';

/** Levels of Python's logging module. Source: https://docs.python.org/3/library/logging.html#logging-levels */
export type InnerLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

const SEVERITY_OF_LEVEL: Readonly<Record<InnerLevel, Severity>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warning',
  ERROR: 'err',
  CRITICAL: 'crit',
};

/** The syslog severity that a Python level stands for. */
export function severityOfLevel(level: InnerLevel): Severity {
  return SEVERITY_OF_LEVEL[level];
}

/** The words that Python's own loggers print for levels. */
export const LEVEL_WORDS = ['DEBUG', 'INFO', 'WARNING', 'WARN', 'ERROR', 'CRITICAL', 'FATAL'] as const;

/** Words of other loggers as well: loguru (TRACE, SUCCESS), log4j, syslog's names, Go's zap and logrus (dpanic, panic). */
const LEVEL_OF_WORD: ReadonlyMap<string, InnerLevel> = new Map<string, InnerLevel>([
  ['TRACE', 'DEBUG'],
  ['DEBUG', 'DEBUG'],
  ['VERBOSE', 'DEBUG'],
  ['INFO', 'INFO'],
  ['SUCCESS', 'INFO'],
  ['NOTICE', 'INFO'],
  ['INFORMATION', 'INFO'],
  ['WARN', 'WARNING'],
  ['WARNING', 'WARNING'],
  ['ERROR', 'ERROR'],
  ['ERR', 'ERROR'],
  ['EXCEPTION', 'ERROR'],
  ['SEVERE', 'ERROR'],
  ['CRITICAL', 'CRITICAL'],
  ['CRIT', 'CRITICAL'],
  ['FATAL', 'CRITICAL'],
  ['ALERT', 'CRITICAL'],
  ['EMERG', 'CRITICAL'],
  ['EMERGENCY', 'CRITICAL'],
  ['PANIC', 'CRITICAL'],
  ['DPANIC', 'CRITICAL'],
]);

/** All of them, in capitals. */
export const ALL_LEVEL_WORDS: readonly string[] = [...LEVEL_OF_WORD.keys()];

/** The level that such a word stands for, in any case; null for other words. */
export function levelOf(word: string | undefined): InnerLevel | null {
  return word === undefined || word.length > 11 ? null : (LEVEL_OF_WORD.get(word.toUpperCase()) ?? null);
}

/** One letter for a level: Ruby's Logger, glog, tornado. */
const LEVEL_OF_LETTER: Readonly<Record<string, InnerLevel>> = {
  D: 'DEBUG',
  I: 'INFO',
  W: 'WARNING',
  E: 'ERROR',
  F: 'CRITICAL',
  C: 'CRITICAL',
  A: 'INFO',
};

/** The level that a single letter stands for where the rest of the header shows that it is one. */
export function levelOfLetter(letter: string | undefined): InnerLevel | null {
  return letter === undefined ? null : (LEVEL_OF_LETTER[letter] ?? null);
}

/**
 * The level that a number stands for: pino and bunyan count by tens, from 10 (trace) to 60 (fatal); Python's logging from 10
 * (debug) to 50 (critical).
 */
export function levelOfNumber(level: number): InnerLevel | null {
  return level >= 50 ? 'CRITICAL' : level >= 40 ? 'ERROR' : level >= 30 ? 'WARNING' : level >= 10 ? 'INFO' : null;
}
