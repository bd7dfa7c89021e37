import { describe, expect, it } from 'vitest';
import { copiedEvents } from '../../../electron/export/copied-events.ts';
import type { EvidenceEvent } from '../../../shared/model/event.ts';
import { referenceEvents, referenceEvidence } from '../../support/reference-case.ts';

const events = referenceEvents();
const { files } = referenceEvidence();
const source = {
  event: (row: number): EvidenceEvent => {
    const event = events[row];
    if (event === undefined) throw new RangeError(`${row}`);
    return event;
  },
};
const odd = { event: (row: number) => ({ ...source.event(row), message: 'a | b\tc\n<b>\u001b[2J' }) };
const copied = (format: 'text' | 'tsv' | 'json' | 'markdown', from = source) =>
  copiedEvents(from, files, [2, 0, 2], { format, zone: 'UTC' });

describe('copiedEvents', () => {
  it('gives each event once, in the order of time', () => {
    const lines = copied('text').trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^2026-01-28 [\d:.]+ UTC {2}\S+:\d+ {2}/);
    expect(lines[0]).toContain(source.event(0).message);
  });

  it('keeps a row a row in a table, whatever a message holds', () => {
    const [head, , second] = copied('tsv', odd).trimEnd().split('\n');
    expect(head?.split('\t')).toHaveLength(6);
    expect(second?.split('\t')).toHaveLength(6);
    const lines = copied('markdown', odd).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[2]).toContain('a \\| b');
    expect(lines[2]).toContain('\\<b\\>');
  });

  it('lets no control character through as text', () => {
    for (const format of ['text', 'tsv', 'markdown', 'json'] as const)
      expect(copied(format, odd)).not.toContain('\u001b');
  });

  it('is JSON with the place of each record', () => {
    const [first] = JSON.parse(copied('json'));
    const { evidenceId, byteOffset } = source.event(0).source;
    const path = files.find(({ id }) => id === evidenceId)?.path;
    expect(first).toMatchObject({
      message: source.event(0).message,
      pid: source.event(0).pid,
      source: { path, evidenceId, byteOffset },
    });
  });

  it('writes times in the zone that is asked for', () => {
    expect(copiedEvents(source, files, [0], { format: 'text', zone: 'Europe/Berlin' })).toContain(
      ' 05:10:19.179883 UTC+01:00 ',
    );
  });
});
