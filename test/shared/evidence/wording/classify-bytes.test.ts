import { describe, expect, it } from 'vitest';
import { classifyMessage } from '../../../../shared/evidence/wording/classify.ts';
import { knownIdentifier, MessageClassifier } from '../../../../shared/evidence/wording/classify-bytes.ts';
import { PLATFORM_SAMPLES } from '../../../../shared/evidence/wording/classify-platform.ts';
import { EVENT_KINDS, SEVERITIES } from '../../../../shared/model/event.ts';
import { NO_PID, NO_SEVERITY } from '../../../../shared/model/event-columns.ts';
import { bytesOf } from '../support.ts';

/** Whether the bytes alone told, and what they told. */
function told(identifier: string, message: string) {
  const classifier = new MessageClassifier();
  const name = bytesOf(identifier);
  const bytes = bytesOf(message);
  const isTold = classifier.classifyPlain(bytes, 0, bytes.length, knownIdentifier(name, 0, name.length));
  const { kind, severity, innerPid, unit } = classifier;
  return { isTold, kind: EVENT_KINDS[kind], severity: SEVERITIES[severity] ?? null, innerPid, unit };
}

function asText(identifier: string, message: string) {
  const { kind, severity, innerPid, unit } = classifyMessage({ message, identifier, pid: 25_321 });
  return { kind, severity, innerPid: innerPid ?? NO_PID, unit };
}

it.each(PLATFORM_SAMPLES)('leaves a platform to its words: %s', (sample) => {
  expect(told('dockerd', sample).isTold).toBe(false);
});

describe('what the bytes of a message tell', () => {
  it.each([
    ['gunicorn', '[2026-01-28 04:10:19 +0000] [25321] [INFO] Booting worker with pid: 25321'],
    ['gunicorn', '2026-01-28 04:10:22,070 - app.jobs - INFO - Importing VPN job 14'],
    ['gunicorn', 'Importing VPN job 4 of 12'],
    ['gunicorn', '127.0.0.1 - - [28/Jan/2026:04:10:22 +0000] "POST /import HTTP/1.1" 200 12 "-" "curl/8.5.0"'],
    ['gunicorn', '10.0.10.1 - - [28/Jan/2026:04:10:22 +0000] "GET / HTTP/1.1" 200 12 "-" "curl/8.5.0"'],
    ['cron', '(root) CMD (run-parts /etc/cron.hourly)'],
    ['sshd', 'Accepted publickey for deploy from 10.0.0.1 port 40000 ssh2'],
    ['postgres', 'checkpoint complete: wrote 4 buffers (0.2%); 0 WAL file(s) added'],
    ['dhclient', 'DHCPREQUEST for 10.0.0.4 on eth0 to 255.255.255.255 port 67'],
    ['systemd', 'tracker.service: Scheduled restart job, restart counter is at 5.'],
    ['kernel', 'eth0: Link is Up - 1Gbps/Full - flow control rx/tx'],
  ])('is all of it for %s: %s', (identifier, message) => {
    const { isTold, ...read } = told(identifier, message);
    expect(isTold).toBe(true);
    expect(read).toEqual(asText(identifier, message));
  });

  it.each([
    ['gunicorn', '28.01.2026 04:10:22 INFO Importing'],
    ['gunicorn', 'pantry/ERROR Import failed'],
    ['gunicorn', 'importer - ERROR - Import failed'],
    ['gunicorn', '(MainThread) 04:10:22 ERROR Import failed'],
    ['gunicorn', '(error) Import failed'],
    ['gunicorn', 'mer. févr. 28 04:10:22 2026 ERROR Import failed'],
    ['gunicorn', 'ERROR: Import failed'],
    ['gunicorn', 'web-1      | [2026-01-28 04:10:19 +0000] [7] [INFO] Booting worker with pid: 8'],
    ['docker-compose', 'web-1  | Importing'],
    ['3f2a1b4c5d6e', 'Importing'],
  ])('is left to the patterns for %s: %s', (identifier, message) => {
    expect(told(identifier, message).isTold).toBe(false);
  });

  it('is no severity and no pid where a message has none', () => {
    const classifier = new MessageClassifier();
    classifier.classify(bytesOf('text'), 0, 4, null, 7);
    expect(classifier).toMatchObject({ severity: NO_SEVERITY, innerPid: NO_PID, unit: null, isPassedOn: false });
  });
});
