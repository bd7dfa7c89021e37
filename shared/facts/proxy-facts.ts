import { type FactContext, sourcesOf } from '../context/context.ts';
import { type ProxyTrouble, type ProxyWord, proxyWords } from '../context/proxy-words.ts';
import type { Fact } from '../model/analysis.ts';
import { addSeconds, epochMicros, formatTimeOfDay, secondsBetween } from '../model/time.ts';
import { plural } from '../wording/figures.ts';
import { BASIS } from './basis.ts';
import { type FactOf, family, rule } from './rule.ts';

/** How far before the end and after it a proxy's trouble is looked for. */
const BEFORE_SECONDS = 600;
const AFTER_SECONDS = 120;
/** A connection breaks as its process ends. */
const SAME_MOMENT_SECONDS = 2;

const proxyTimeout = rule({ id: 'proxy-timeout', needs: ['host-log'], basis: BASIS.proxy });

const proxyClosed = rule({
  id: 'proxy-closed',
  needs: ['host-log'],
  basis: BASIS.proxy,
  cases: {
    timeout: { when: 'it broke as the worker ended on its timeout', weights: { 'worker-timeout': 0.5 } },
  },
});

const proxyRefused = rule({ id: 'proxy-refused', needs: ['host-log'], basis: BASIS.proxy });

const proxyClientLeft = rule({ id: 'proxy-client-left', needs: ['host-log'], basis: BASIS.proxy });

const healthCheckFailed = rule({ id: 'health-check-failed', needs: ['host-log'], basis: BASIS.healthChecks });

/** What each means, behind the name of the proxy. */
const MET: Readonly<Record<ProxyTrouble, string>> = {
  timeout: 'waited for the service in vain and gave up',
  closed: 'had its connection to the service broken off',
  refused: 'could not connect to the service: nobody took connections',
  'client-left': 'saw a client leave before the service had answered',
  unhealthy: 'got no answer to its checks of the service',
};

/** What those in front of the service met with: the client's side of the incident. */
function proxyFacts(context: FactContext): readonly ProxyFact[] {
  const { record, window, evidence } = context;
  if (record === null || window === null) return [];
  const { end } = record.incident;
  const from = epochMicros(Math.max(window.from, addSeconds(end, -BEFORE_SECONDS)));
  const words = proxyWords(evidence.events, from, addSeconds(end, AFTER_SECONDS));
  const isWitness = ({ trouble, event }: ProxyWord): boolean =>
    trouble === 'closed' && Math.abs(secondsBetween(event.time, end)) <= SAME_MOMENT_SECONDS;
  return (['timeout', 'closed', 'refused', 'client-left', 'unhealthy'] as const).flatMap((trouble) => {
    const own = words.filter((word) => word.trouble === trouble);
    const [first] = own;
    if (first === undefined) return [];
    // That it broke as the worker ended is one more witness of the end.
    const witnesses = own.some(isWitness);
    const found = {
      text: `${trouble === 'unhealthy' ? '' : 'In front of it '}${first.proxy} ${MET[trouble]} ${whenWas(own, first)}${first.request === null ? '' : `, first for ${first.request}`}${witnesses ? ', as the worker ended' : ''}.`,
      ...sourcesOf(...own.slice(0, 5).map(({ event }) => event)),
    };
    return [factOf(trouble, found, witnesses && record.death?.timeout != null)];
  });
}

function factOf(
  trouble: ProxyTrouble,
  found: Pick<Fact, 'text' | 'sources' | 'rows'>,
  isOfTimeout: boolean,
): ProxyFact {
  switch (trouble) {
    case 'timeout':
      return proxyTimeout.fact(found);
    case 'closed':
      return proxyClosed.fact({ case: isOfTimeout ? 'timeout' : [], ...found });
    case 'refused':
      return proxyRefused.fact(found);
    case 'client-left':
      return proxyClientLeft.fact(found);
    case 'unhealthy':
      return healthCheckFailed.fact(found);
  }
}

function whenWas(words: readonly ProxyWord[], first: ProxyWord): string {
  const last = words.at(-1) ?? first;
  return words.length === 1
    ? `at ${formatTimeOfDay(first.event.time)} UTC`
    : `${plural(words.length, 'time')} from ${formatTimeOfDay(first.event.time)} to ${formatTimeOfDay(last.event.time)} UTC`;
}

const PROXY_RULES = [proxyTimeout, proxyClosed, proxyRefused, proxyClientLeft, healthCheckFailed] as const;
type ProxyFact = FactOf<typeof PROXY_RULES>;

export const proxyFamily = family({
  name: 'proxy',
  about:
    "What the proxies in front of the service, and those that check its health, met with: the client's side of the incident.",
  rules: PROXY_RULES,
  find: proxyFacts,
});
