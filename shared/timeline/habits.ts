import type { EventSource } from '../model/event.ts';
import { epochMicros } from '../model/time.ts';
import { type Course, type CourseLine, learnCourse, NOTHING_LEARNT } from './course.ts';
import { GLANCE, lineGlance } from './line-glance.ts';
import { isOfFramework, messageTemplate, namingWord } from './messages.ts';
import { readLine } from './operation-lines.ts';
import { learnSuccessions, type Successions } from './successions.ts';

/** What is learnt of how a service's work usually goes and of what it says meanwhile, from its log and whatever its language. */
export interface Habits {
  readonly course: Course;
  readonly successions: Successions;
  /** Wordings that come again and again and that nothing usually follows: each is all that is said of its matter. */
  readonly chatter: ReadonlySet<string>;
  /** The words that its work is named by: `job` of `job 14`. */
  readonly names: ReadonlySet<string>;
}

export const NO_HABITS: Habits = {
  course: NOTHING_LEARNT,
  successions: new Map(),
  chatter: new Set(),
  names: new Set(),
};

/** Lines that habits are learnt from: a service says the same things from its first day on. */
const LEARNT_FROM_LINES = 20_000;
/** What is said less often may be the beginning of work that is seldom done. */
const CHATTER_TIMES = 5;

/** Words that are looked for in every line. */
const MOST_NAMES = 100;

/** Learns from the beginning of a log. */
export function habitsOf(events: EventSource): Habits {
  const rows = events.rowsBetween(epochMicros(0), epochMicros(Number.MAX_SAFE_INTEGER), LEARNT_FROM_LINES, ['log']);
  const glance = lineGlance(NOTHING_LEARNT, NO_HABITS.names);
  const glances = glance === null ? null : events.glances(rows, glance, GLANCE.telling);
  const lines: CourseLine[] = [];
  const names = new Set<string>();
  const noteName = (text: string): void => {
    const name = namingWord(text);
    if (name !== null && names.size < MOST_NAMES) names.add(name);
  };
  for (const [index, row] of rows.entries()) {
    if (glances?.[index] === GLANCE.request) continue;
    const { event, text, reading } = readLine(events.eventOnce(row));
    if (reading.role === 'request-done' || isOfFramework(text)) continue;
    if (reading.role === 'operation-start') noteName(text);
    lines.push({ pid: event.pid, time: event.time, text, template: messageTemplate(text) });
  }
  const course = learnCourse(lines);
  const successions = learnSuccessions(lines);
  for (const { text, template } of lines) if (course.has(template)) noteName(text);
  return { course, successions, chatter: chatterOf(lines, course, successions), names };
}

function chatterOf(lines: readonly CourseLine[], course: Course, successions: Successions): ReadonlySet<string> {
  const times = new Map<string, number>();
  for (const { template } of lines) times.set(template, (times.get(template) ?? 0) + 1);
  const closers = new Set([...course.values()].map(({ closer }) => closer));
  const chatter = new Set<string>();
  for (const [template, count] of times) {
    if (count < CHATTER_TIMES || course.has(template) || closers.has(template)) continue;
    const next = successions.get(template);
    if (next === undefined || messageTemplate(next.example) === template) chatter.add(template);
  }
  return chatter;
}
