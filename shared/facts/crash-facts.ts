import { type FactContext, sourcesOf } from '../context/context.ts';
import { failedToBoot } from '../context/failed-boot.ts';
import { type StackFrame, stacksIn } from '../context/stacks.ts';
import type { EvidenceEvent } from '../model/event.ts';
import { addSeconds, secondsBetween } from '../model/time.ts';
import type { Death } from '../timeline/deaths.ts';
import { endLabel } from '../timeline/incidents.ts';
import { BASIS } from './basis.ts';
import { fatalException, refusedAllocation } from './failure-facts.ts';
import { type FactOf, rule } from './rule.ts';

const crash = rule({
  id: 'crash',
  needs: ['service-log'],
  basis: BASIS.signals,
  weights: { 'worker-timeout': -4, 'database-lock': -1 },
  decides: { 'worker-timeout': 'against' },
  cases: {
    // Work without end, and an artifact too large, both end so where they take memory until it is refused.
    notRefused: {
      when: 'no allocation was refused',
      weights: { 'memory-exhaustion': -1, 'infinite-loop': -1.5, 'large-artifact': -0.5 },
    },
  },
});

const crashSite = rule({
  id: 'crash-site',
  needs: ['service-log'],
  basis: BASIS.signals,
});

/** A worker that ended by itself: how, and where in it, as far as the kernel's line or faulthandler's dump names that. */
export function crashFacts(context: FactContext, death: Death): readonly CrashFact[] {
  const { killer, end } = death;
  const raised = death.signal === null ? fatalException(context) : null;
  return [
    crash.fact({
      case: refusedAllocation(context) === null ? 'notRefused' : [],
      text: `${howItEnded(context, death)}${raised === null ? '' : ` It had logged "${raised.text}".`}`,
      ...sourcesOf(killer, raised?.event === killer ? null : raised?.event, end),
    }),
    ...siteFacts(context, death),
  ];
}

/** gunicorn's timeout sends it, and abort() of the process itself does. */
const SIGABRT = 6;

function howItEnded(context: FactContext, death: Death): string {
  if (death.signal !== null) {
    return death.signal === SIGABRT
      ? 'The worker crashed with SIGABRT, and no WORKER TIMEOUT is logged for it.'
      : `The worker crashed with ${endLabel(death)}. Timeouts and OOM kills use SIGABRT and SIGKILL.`;
  }
  const code = death.end.detail.exitCode;
  const end = code === undefined ? 'exited by itself' : `exited by itself with code ${code}`;
  return failedToBoot(context)
    ? `The worker ${end} before it served a request: it failed to boot.`
    : `The worker ${end}: no WORKER TIMEOUT and no kill is logged for it.`;
}

/** Around the end of a worker the kernel logs its fault, and faulthandler its stack, at once. */
const SITE_SECONDS = 5;
// gunicorn[891]: segfault at 7f0c ip 00007f0c sp 00007ffd error 4 in _imaging.so[7f0c1f380000+7b000]     Source: arch/x86/mm/fault.c
const IN_LIBRARY = /\berror \w+ in ([^\s[]{1,120})\[/;
const READ_CHARACTERS = 16_384;

function siteFacts({ ownEvents }: FactContext, { pid, signal, end }: Death): readonly CrashFact[] {
  if (signal === null || pid === null) return [];
  const fault = ownEvents
    .ofKinds(['segfault'])
    .find(({ time, detail }) => detail.targetPid === pid && Math.abs(secondsBetween(time, end.time)) <= SITE_SECONDS);
  const library = fault === undefined ? null : (IN_LIBRARY.exec(fault.message)?.[1] ?? null);
  if (fault !== undefined && library !== null) {
    return [crashSite.fact({ text: `The kernel logged that it crashed in ${library}.`, ...sourcesOf(fault) })];
  }
  const lines = ownEvents.ofPid(pid, addSeconds(end.time, -SITE_SECONDS), addSeconds(end.time, 1));
  for (const event of lines.toReversed()) {
    const frames = framesOf(event);
    const [inner, outer] = frames;
    if (inner === undefined) continue;
    return [
      crashSite.fact({
        text: `faulthandler's dump shows that it crashed at ${place(inner)}${outer === undefined ? '' : `, called from ${place(outer)}`}.`,
        ...sourcesOf(event),
      }),
    ];
  }
  return [];
}

/** The frames of the thread that crashed, innermost first. */
function framesOf({ message }: EvidenceEvent): readonly StackFrame[] {
  const text = message.slice(0, READ_CHARACTERS);
  if (!text.includes('Fatal Python error')) return [];
  return stacksIn(text.split('\n')).find(({ isCurrent }) => isCurrent)?.frames ?? [];
}

const place = ({ file, line, functionName }: StackFrame): string => `${file}, line ${line}, in ${functionName}`;

/** The rules of a worker that ended by itself. */
export const CRASH_RULES = [crash, crashSite] as const;
type CrashFact = FactOf<typeof CRASH_RULES>;
