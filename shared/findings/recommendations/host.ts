import type { Recommendation } from '../../model/analysis.ts';
import { type AdviceFamily, factFor, recommendation } from './advice.ts';

/** Room on the disk that the database lies on, where an import ran out of it. */
export const diskAdvice: AdviceFamily = (advice) => {
  const full = factFor(advice, 'disk-full-error');
  if (full === undefined) return [];
  return [
    recommendation(
      'free-disk-space',
      'Free space on the filesystem of the database, warn well before it is full, and let an import that runs out of room roll back and say so.',
      'df -h; df -i; du -xh --max-depth=2 / | sort -h | tail -20',
      full.text,
      factFor(advice, 'filesystem-full')?.text,
    ),
  ];
};

/** What to do about an end that neither gunicorn nor memory explains. */
export const mechanismAdvice: AdviceFamily = (advice) => {
  const recommendations: Recommendation[] = [];
  const mechanism = advice.context.record?.incident.mechanism;
  if (mechanism === 'external-sigkill') {
    recommendations.push(
      recommendation(
        'audit-kills',
        'Have the kernel record who sends SIGKILL, so that the next one has an author.',
        'auditctl -a always,exit -F arch=b64 -S kill -S tgkill -F a1=9 -k sigkill',
        factFor(advice, 'sigkill-without-author')?.text,
      ),
    );
  }
  if (mechanism === 'crash') {
    recommendations.push(
      recommendation(
        'core-dumps',
        'Keep core dumps and read the stack of this one: coredumpctl names the library in which it crashed.',
        'coredumpctl info',
        factFor(advice, 'crash')?.text,
      ),
    );
  }
  if (mechanism === 'systemd-stop') {
    recommendations.push(
      recommendation(
        'stop-timeout',
        "Let TimeoutStopSec= exceed gunicorn's graceful_timeout, and graceful_timeout the longest import, or do not restart the service while one runs.",
        null,
        factFor(advice, 'systemd-stop')?.text,
        factFor(advice, 'unit-settings')?.text,
      ),
    );
  }
  return recommendations;
};
