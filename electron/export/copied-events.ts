import type { CopyFormat } from '../../shared/contract/copy-limits.ts';
import type { EventSource, EvidenceEvent } from '../../shared/model/event.ts';
import type { EvidenceFile } from '../../shared/model/evidence.ts';
import { formatDate, formatIsoMicros, formatTimeOfDay } from '../../shared/model/time.ts';
import { inZone, offsetLabel, UTC, type ZoneName, zoneOffsetMicros } from '../../shared/model/zone.ts';
import { visibleText } from '../../shared/wording/visible.ts';

const COLUMNS = ['Time', 'Severity', 'Kind', 'Pid', 'Source', 'Message'] as const;

/** Events for other programs, in the order of time; every control character of a message is visible, so that none takes effect there. */
export function copiedEvents(
  events: Pick<EventSource, 'event'>,
  files: readonly EvidenceFile[],
  rows: readonly number[],
  { format, zone }: { readonly format: CopyFormat; readonly zone: ZoneName },
): string {
  const paths = new Map(files.map(({ id, path }) => [id, path]));
  const copied = [...new Set(rows)].sort((a, b) => a - b).map((row) => events.event(row));
  const placeOf = ({ source }: EvidenceEvent): string => {
    const path = visibleText(paths.get(source.evidenceId) ?? source.evidenceId);
    return source.line === null ? `${path} @ ${source.byteOffset}` : `${path}:${source.line}`;
  };
  switch (format) {
    case 'text':
      return lines(copied.map((event) => `${stamp(event, zone)}  ${placeOf(event)}  ${visibleText(event.message)}`));
    case 'tsv':
      return lines(
        [COLUMNS, ...copied.map((event) => cells(event, placeOf(event), zone))].map((row) =>
          row.map(tabless).join('\t'),
        ),
      );
    case 'markdown': {
      const rule = COLUMNS.map(() => '---');
      const all = [COLUMNS, rule, ...copied.map((event) => cells(event, placeOf(event), zone).map(markdownCell))];
      return lines(all.map((row) => `| ${row.join(' | ')} |`));
    }
    case 'json':
      return `${JSON.stringify(
        copied.map((event) => ({
          time: event.isUndated === true ? null : formatIsoMicros(event.time),
          severity: event.severity,
          kind: event.kind,
          pid: event.pid,
          message: event.message,
          source: { path: paths.get(event.source.evidenceId) ?? null, ...event.source },
        })),
        null,
        2,
      )}\n`;
  }
}

function cells(event: EvidenceEvent, place: string, zone: ZoneName): readonly string[] {
  const { severity, kind, pid, message } = event;
  return [stamp(event, zone), severity ?? '', kind, pid === null ? '' : String(pid), place, visibleText(message)];
}

/** `2026-01-28 04:12:15.229579 UTC`, with the decimals that the source states. */
function stamp({ time, resolutionMicros }: EvidenceEvent, zone: ZoneName): string {
  const local = inZone(time, zone);
  const decimals = resolutionMicros >= 1_000_000 ? 0 : resolutionMicros >= 1_000 ? 3 : 6;
  const label = zone === UTC ? 'UTC' : offsetLabel(zoneOffsetMicros(zone, time));
  return `${formatDate(local)} ${formatTimeOfDay(local, decimals)} ${label}`;
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}

function tabless(cell: string): string {
  return cell.replace(/[\t\n\r]+/g, ' ');
}

/** A cell of a table in Markdown; a pipe would end it, and a line break the row. */
function markdownCell(cell: string): string {
  return cell.replace(/[\\`*_[\]<>|]/g, (character) => `\\${character}`).replace(/\r?\n/g, '<br>');
}
