import { type FactContext, sourcesOf } from '../context/context.ts';
import { type ProxyTrouble, proxyWords } from '../context/proxy-words.ts';
import type { Fact } from '../model/analysis.ts';
import { addSeconds, epochMicros, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';

/** How far before the end and after it a proxy's trouble is looked for. */
const BEFORE_SECONDS = 600;
const AFTER_SECONDS = 120;
/** A connection breaks as its process ends. */
const SAME_MOMENT_SECONDS = 2;

/** What each means, behind the name of the proxy. */
const TROUBLES: Readonly<Record<ProxyTrouble, Pick<Fact, 'id' | 'text' | 'weights' | 'basis'>>> = {
  timeout: {
    id: 'proxy-timeout',
    text: 'waited for the service in vain and gave up',
    weights: {},
    basis: BASIS.proxy,
  },
  closed: {
    id: 'proxy-closed',
    text: 'had its connection to the service broken off',
    weights: {},
    basis: BASIS.proxy,
  },
  refused: {
    id: 'proxy-refused',
    text: 'could not connect to the service: nobody took connections',
    weights: {},
    basis: BASIS.proxy,
  },
  'client-left': {
    id: 'proxy-client-left',
    text: 'saw a client leave before the service had answered',
    weights: {},
    basis: BASIS.proxy,
  },
  unhealthy: {
    id: 'health-check-failed',
    text: 'got no answer to its checks of the service',
    weights: {},
    basis: BASIS.healthChecks,
  },
};

/** What those in front of the service met with: the client's side of the incident. */
export function proxyFacts(context: FactContext): readonly Fact[] {
  const { record, window, evidence } = context;
  if (record === null || window === null) return [];
  const { end } = record.incident;
  const from = epochMicros(Math.max(window.from, addSeconds(end, -BEFORE_SECONDS)));
  const words = proxyWords(evidence.events, from, addSeconds(end, AFTER_SECONDS));
  return (['timeout', 'closed', 'refused', 'client-left', 'unhealthy'] as const).flatMap((trouble) => {
    const own = words.filter((word) => word.trouble === trouble);
    const [first] = own;
    if (first === undefined) return [];
    const last = own.at(-1) ?? first;
    const when =
      own.length === 1
        ? `at ${formatTimeOfDay(first.event.time)} UTC`
        : `${plural(own.length, 'time')} from ${formatTimeOfDay(first.event.time)} to ${formatTimeOfDay(last.event.time)} UTC`;
    const what = first.request === null ? '' : `, first for ${first.request}`;
    // That it broke as the worker ended is one more witness of the end.
    const witness = own.find(({ event }) => Math.abs(secondsBetween(event.time, end)) <= SAME_MOMENT_SECONDS);
    const isWitness = trouble === 'closed' && witness !== undefined;
    const also = isWitness ? ', as the worker ended' : '';
    const meaning = TROUBLES[trouble];
    return [
      {
        ...meaning,
        text: `${trouble === 'unhealthy' ? '' : 'In front of it '}${first.proxy} ${meaning.text} ${when}${what}${also}.`,
        weights: isWitness && record.death?.timeout != null ? { 'worker-timeout': 0.5 } : meaning.weights,
        ...sourcesOf(...own.slice(0, 5).map(({ event }) => event)),
      },
    ];
  });
}
