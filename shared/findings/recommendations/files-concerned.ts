import { stuckFrame } from '../../context/traceback.ts';
import { listing } from '../../wording/figures.ts';
import type { Advice } from './advice.ts';

// INFO app.jobs: Started     [INFO] app.jobs - Started     2026-01-28 04:10:22,070 - app.jobs - INFO - Started
const LOGGER =
  /\b(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\]?[ :|-]{1,4}\[?([a-z_]\w*(?:\.[a-z_]\w*)+)\]?\s?[:|-]|(?:^|[\s[])([a-z_]\w*(?:\.[a-z_]\w*)+)\]?[ :|-]{1,4}\[?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b/;
/** What is installed or comes with Python is not the service's to change. */
const LIBRARY =
  /[\\/](?:site-packages|dist-packages)[\\/]|[\\/]lib(?:64)?[\\/]python\d|(?:^|[\\/])gunicorn[\\/]|^<frozen /;
const LOGGER_LINES = 200;
const MOST_FILES = 2;

/** The code concerned, as stacks and loggers name it: ` (app/importer.py line 120)`; empty where nothing does. */
export function filesConcerned(advice: Advice): string {
  const { context } = advice;
  const stuck = stuckFrame(context);
  const frame = stuck?.caller ?? stuck?.frame ?? null;
  if (frame !== null && !LIBRARY.test(frame.file)) return ` (${frame.file} line ${frame.line})`;
  const modules = new Set<string>();
  for (const { event } of context.record?.operation?.lines.slice(-LOGGER_LINES) ?? []) {
    const found = LOGGER.exec(event.message.slice(0, 200));
    const logger = found?.[1] ?? found?.[2];
    if (logger !== undefined && !logger.startsWith('gunicorn.')) modules.add(logger);
  }
  return modules.size === 0 ? '' : ` (logged by ${listing([...modules].slice(-MOST_FILES))})`;
}
