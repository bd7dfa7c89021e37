import { expect, it } from 'vitest';
import type { EvidenceFormat } from '../../../../shared/model/evidence.ts';
import { bytesOf, parse } from '../support.ts';

/** Content that is bad for a reader which looks at it more than once, 4 MB of each. */
const repeated = (piece: string): string => piece.repeat(Math.ceil(4_000_000 / piece.length));
const EVENT =
  '{"involvedObject":{"kind":"Pod","name":"web"},"reason":"Killing","message":"x","lastTimestamp":"2026-01-28T04:12:15Z"}';

it.each<[string, EvidenceFormat, string]>([
  ['many events of a list', 'kube-events', `{"items":[${repeated(`${EVENT},`)}${EVENT}]}`],
  ['a string of escapes that never ends', 'kube-events', `{"a":"${repeated('\\"')}`],
  ['quotes alone', 'ecs-tasks', repeated('"')],
  ['braces alone', 'ecs-tasks', repeated('{')],
  ['a path of colons and blanks', 'open-files', `/${repeated(':  ')}`],
  ['a call of brackets', 'strace', `f(${repeated(') = ')}`],
  ['a frame of brackets', 'stack-dump', `#0  f ${repeated('(')}`],
  ['items that begin again and again', 'kube-events', `involvedObject:\n${repeated('- count: 1\n')}`],
])('%s is read in no time', (_, format, text) => {
  const from = performance.now();
  parse(format, bytesOf(text));
  expect(performance.now() - from).toBeLessThan(10_000);
});
