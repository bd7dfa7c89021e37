import type { EventSource, EvidenceEvent } from '../model/event.ts';
import { addSeconds, type EpochMicros } from '../model/time.ts';

/**
 * What a proxy in front of the service met with: it waited in vain, was cut off, was turned away; or its own client left. `unhealthy`:
 * who checks the service's health got no answer.
 */
export type ProxyTrouble = 'timeout' | 'closed' | 'refused' | 'client-left' | 'unhealthy';

/** What a line of a proxy's log says of the service behind it. */
interface ProxySaying {
  readonly proxy: string;
  readonly trouble: ProxyTrouble;
  /** `POST /import/14`; null where the line has none. */
  readonly request: string | null;
}

export interface ProxyWord extends ProxySaying {
  readonly event: EvidenceEvent;
}

/** One way in which a proxy says so. */
interface ProxyWording {
  readonly proxy: string;
  readonly trouble: ProxyTrouble;
  readonly sample: string;
  readonly says: RegExp;
}

/**
 * Sources: nginx, ngx_http_upstream.c and ngx_connection.c (error log), ngx_http_request.h (499); HAProxy, configuration manual,
 * section 8.5 (session state at disconnection); httpd, modules/proxy (AH01102, AH00957); kubelet, prober; Docker Engine, HEALTHCHECK; ECS, stopped tasks
 */
const WORDINGS: readonly ProxyWording[] = [
  {
    proxy: 'nginx',
    trouble: 'timeout',
    sample:
      'upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.7, request: "POST /import/14 HTTP/1.1"',
    says: /\bupstream timed out \(110: /,
  },
  {
    proxy: 'nginx',
    trouble: 'closed',
    sample: 'upstream prematurely closed connection while reading response header from upstream',
    says: /\bupstream prematurely closed connection\b|\brecv\(\) failed \(104: [^)]{1,60}\) while reading (?:response header from )?upstream\b/,
  },
  {
    proxy: 'nginx',
    trouble: 'refused',
    sample: 'connect() failed (111: Connection refused) while connecting to upstream',
    says: /\bconnect\(\) (?:to \S{1,200} )?failed \((?:111|11|2): [^)]{1,60}\) while connecting to upstream\b|\bno live upstreams while connecting to upstream\b/,
  },
  {
    proxy: 'nginx',
    trouble: 'client-left',
    sample: '10.0.0.7 - - [02/Mar/2026:08:01:31 +0000] "POST /import/14 HTTP/1.1" 499 0 "-" "curl/8.5.0"',
    says: /^\S{1,100} \S{1,100} [^"[\]]{1,100} \[[^\]]{20,40}\] "[A-Z]{3,16} [^"]{1,2000}" 499 /,
  },
  {
    proxy: 'HAProxy',
    trouble: 'timeout',
    sample: 'http-in tracker/web1 0/0/1/-1/30004 504 194 - - sH-- 12/12/4/2/0 0/0 "POST /import/14 HTTP/1.1"',
    says: / (?:-?\d{1,9}\/){4}\+?\d{1,9} 504 \d{1,12} \S+ \S+ s[HD]/,
  },
  {
    proxy: 'HAProxy',
    trouble: 'closed',
    sample: 'http-in tracker/web1 0/0/1/-1/812 502 194 - - SH-- 12/12/4/2/0 0/0 "POST /import/14 HTTP/1.1"',
    says: / (?:-?\d{1,9}\/){4}\+?\d{1,9} \d{3} \d{1,12} \S+ \S+ S[HD]/,
  },
  {
    proxy: 'HAProxy',
    trouble: 'refused',
    sample: 'http-in tracker/web1 0/0/-1/-1/3004 503 217 - - SC-- 12/12/4/2/3 0/0 "GET / HTTP/1.1"',
    says: / (?:-?\d{1,9}\/){4}\+?\d{1,9} 503 \d{1,12} \S+ \S+ [sS]C/,
  },
  {
    proxy: 'HAProxy',
    trouble: 'client-left',
    sample: 'http-in tracker/web1 0/0/1/-1/812 -1 0 - - CH-- 12/12/4/2/0 0/0 "POST /import/14 HTTP/1.1"',
    says: / (?:-?\d{1,9}\/){4}\+?\d{1,9} (?:-1|\d{3}) \d{1,12} \S+ \S+ C[HD]/,
  },
  {
    proxy: 'httpd',
    trouble: 'timeout',
    sample:
      '(70007)The timeout specified has expired: [client 10.0.0.7:51234] AH01102: error reading status line from remote server 127.0.0.1:8000',
    says: /\(70007\)The timeout specified has expired: .{0,200}\bAH0110[12]\b/,
  },
  {
    proxy: 'httpd',
    trouble: 'closed',
    sample:
      '(104)Connection reset by peer: [client 10.0.0.7:51234] AH01102: error reading status line from remote server 127.0.0.1:8000',
    says: /\((?:20014|104)\).{0,200}\bAH01102\b/,
  },
  {
    proxy: 'httpd',
    trouble: 'refused',
    sample: '(111)Connection refused: AH00957: http: attempt to connect to 127.0.0.1:8000 (127.0.0.1:8000) failed',
    says: /\(111\)Connection refused: .{0,200}\bAH00957\b/,
  },
  {
    proxy: 'The kubelet',
    trouble: 'unhealthy',
    sample:
      'pod/web-5f7c9d8b6-x2x9z Unhealthy: Liveness probe failed: Get "http://10.2.3.17:8000/healthz": context deadline exceeded',
    says: /\bUnhealthy: (?:Liveness|Readiness|Startup) probe (?:failed|errored)\b/,
  },
  {
    proxy: 'Docker',
    trouble: 'unhealthy',
    sample: 'container health_status: unhealthy 4f5e6a7b8c9d (image=tracker:1.4, name=tracker-web-1)',
    says: /^container health_status: unhealthy [0-9a-f]{4,64}\b/,
  },
  {
    proxy: 'ECS',
    trouble: 'unhealthy',
    sample:
      'Task stopped: Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/1)',
    says: /^Task stopped: Task failed (?:ELB|container) health checks\b/,
  },
];

/** Lines around an incident that are looked through. */
const MOST_LINES = 20_000;
const MOST_CHARACTERS = 4_096;
const REQUEST = /"([A-Z]{3,16} \S{1,300})(?: HTTP\/[\d.]+)?"/;

/** What a line says of the service behind a proxy; null for any other line. */
export function proxySaying(message: string): ProxySaying | null {
  const text = message.slice(0, MOST_CHARACTERS);
  const wording = WORDINGS.find(({ says }) => says.test(text));
  if (wording === undefined) return null;
  return { proxy: wording.proxy, trouble: wording.trouble, request: REQUEST.exec(text)?.[1] ?? null };
}

/** What proxies said between two instants, in time order. */
export function proxyWords(events: EventSource, from: EpochMicros, to: EpochMicros): readonly ProxyWord[] {
  return events.between(from, addSeconds(to, 1), MOST_LINES, ['log']).flatMap((event) => {
    const saying = proxySaying(event.message);
    return saying === null ? [] : [{ ...saying, event }];
  });
}

/** Each wording's sample, for a test that each reads its own. */
export const PROXY_SAMPLES: readonly Pick<ProxyWording, 'proxy' | 'trouble' | 'sample'>[] = WORDINGS;
