import { isCaseFile } from '../../shared/contract/case-file-name.ts';
import type {
  AnnotationOutcome,
  CaseOpenOutcome,
  ConclusionOutcome,
  ExportOutcome,
  RequestName,
  RequestOf,
} from '../../shared/contract/ipc.ts';
import type { EvidenceId } from '../../shared/model/evidence.ts';
import { redo, undo, type WorkHistory } from '../../shared/model/work-history.ts';
import { UTC } from '../../shared/model/zone.ts';
import { tagsOfRows } from '../../shared/rules/tags.ts';
import { hiddenTemplate } from '../../shared/search/hidden-template.ts';
import type { OpenCase } from '../case/open-case.ts';
import { readRuleFiles } from '../case/read-rule-files.ts';
import { copiedEvents } from '../export/copied-events.ts';
import { exportFileName } from '../export/file-names.ts';
import { readFileBytes } from '../files/file-bytes.ts';
import { readExcerpt } from '../profile/artifact-excerpt.ts';
import { UsageError } from '../threads/usage-error.ts';
import { addEvent, bookmark, comment, commentRange, edit, hide, remove, tag } from './annotations.ts';
import type { CaseKeeper } from './case-keeper.ts';
import type { CaseSession } from './case-session.ts';
import { databaseHandlers } from './database-handlers.ts';
import type { Handlers } from './dispatch.ts';
import type { PathGrants } from './given-paths.ts';
import { observe, overrule, withdraw } from './judgements.ts';
import { openNotes, saveNotes } from './notes-file.ts';
import { saveFile } from './save-file.ts';
import { saveRecord } from './save-record.ts';
import { saveScript } from './save-script.ts';
import type { ShellPorts } from './shell-ports.ts';
import { DETAIL_MESSAGE_CHARACTERS, shown, shownEvent, shownPage } from './shown.ts';

/** The handlers of the contract over one session. Nothing here concludes anything: it opens, pages and hands on. */
export function createHandlers(
  session: CaseSession,
  ports: ShellPorts,
  keeper: CaseKeeper,
  given: PathGrants,
): Handlers {
  return {
    'app.info': () => ports.appInfo(),
    'dialog.open': async ({ kind }) => {
      const paths = await ports.chooseEvidence(kind);
      given.add(paths ?? []);
      return paths;
    },
    'case.open': async ({ paths }) => {
      given.require(paths);
      return shown(await openGiven(keeper, paths));
    },
    'case.setZone': async ({ zone, evidenceIds }) => shown(await session.setZone(zone, evidenceIds)),
    'case.setRules': async ({ paths }) => {
      given.require(paths);
      return shown(await session.setRules(await readRuleFiles(paths)));
    },
    'case.adjustClocks': async ({ offsets }) => shown(await session.adjustClocks(offsets)),
    'case.openSample': async () => shown(await keeper.openEvidence([ports.samplePath()])),
    'case.current': () => shown(session.current()?.openCase.view() ?? null),
    'case.add': ({ paths }) => {
      given.require(paths);
      if (paths.some(isCaseFile)) throw new UsageError('A case file cannot be added to a case. Open it instead.');
      return session.add(paths);
    },
    'case.carry': ({ rows, evidenceIds }) => session.carry(rows, evidenceIds),
    'case.cancel': () => session.cancel(),
    'case.close': async () => {
      if (!(await keeper.leave())) return false;
      await session.close();
      return true;
    },
    'case.locate': async ({ source }) => shown(await keeper.locate(source)),
    'case.openLocated': async () => shown(await keeper.openLocated()),
    'case.save': ({ as }) => keeper.save(as),
    'case.status': () => shown(keeper.status()),
    'case.setView': (view) => keeper.setView(view),
    'cases.list': async () => shown(await keeper.list()),
    'cases.open': async ({ id }) => shown(await keeper.openListed(id)),
    'cases.remove': async ({ id, what }) => shown(await keeper.remove(id, what)),
    'job.current': () => session.running(),
    'job.outcome': async () => shown(await session.outcome()),
    'job.stopSource': ({ source }) => session.stopSource(source),
    'events.page': async (payload) => {
      const { queries, evidence } = requireCase(session);
      return shownPage(await queries.request('events.page', payload), tagsOfRows(evidence.rules));
    },
    'events.position': (payload) => requireCase(session).queries.request('events.position', payload),
    'events.facets': (payload) => requireCase(session).queries.request('events.facets', payload),
    'events.histogram': (payload) => requireCase(session).queries.request('events.histogram', payload),
    'events.control': (payload) => requireCase(session).queries.request('events.control', payload),
    'events.count': (payload) => requireCase(session).queries.request('events.count', payload),
    'events.step': (payload) => requireCase(session).queries.request('events.step', payload),
    'events.template': ({ row }) => hiddenTemplate(requireCase(session).store.event(row).message),
    'events.copy': ({ rows, format, zone }) => {
      const { store, evidence } = requireCase(session);
      ports.writeClipboard(copiedEvents(store, evidence.files, rows, { format, zone: zone ?? UTC }));
    },
    'events.raw': ({ row }) => {
      const { store, evidence } = requireCase(session);
      const record = store.raw(row);
      const tags = tagsOfRows(evidence.rules).get(row) ?? [];
      return {
        ...record,
        event: shownEvent(record.event, DETAIL_MESSAGE_CHARACTERS),
        ...(tags.length === 0 ? {} : { tags }),
      };
    },
    'events.bytes': ({ row, of, offset, limit }) => requireCase(session).store.piece(row, of, offset, limit),
    'events.save': ({ row }) => saveRecord(session, ports, row),
    'events.tracebacks': async ({ rows, ...list }) => {
      const { store, queries } = requireCase(session);
      const lines = store.tracebackLines(rows);
      const listedHeads: number[] = [];
      for (const row of new Set(lines.map((line) => line.head))) {
        if ((await queries.request('events.position', { row, ...list })) !== null) listedHeads.push(row);
      }
      return { lines, listedHeads };
    },
    'profile.run': async (payload) => shown(await session.profile(payload)),
    'profile.cancel': () => session.cancelProfile(),
    'artifact.excerpt': ({ evidenceId, byteOffset, limit }) =>
      readExcerpt(locationIn(session, evidenceId), byteOffset, limit),
    'evidence.bytes': ({ evidenceId, byteOffset, limit }) =>
      readFileBytes(locationIn(session, evidenceId), byteOffset, limit),
    ...databaseHandlers(session, ports, { requireCase: () => requireCase(session), onReport: () => keeper.touched() }),
    'case.chooseIncident': async ({ incidentId }) =>
      shown(await session.conclude((open) => open.withIncident({ incidentId }))),
    'judgement.overrule': (payload) => judge(session, (open) => overrule(open, payload)),
    'judgement.observe': (payload) => judge(session, (open) => observe(open, payload)),
    'judgement.withdraw': ({ id }) => judge(session, (open) => withdraw(open, id)),
    'work.undo': () => judge(session, ({ work }) => undo(work)),
    'work.redo': () => judge(session, ({ work }) => redo(work)),
    ...annotationHandlers(session),
    'judgement.save': () => saveNotes(session, ports),
    'judgement.open': async () => shown(await openNotes(session, ports)),
    'script.save': (payload) => saveScript(session, ports, payload),
    'report.export': (payload) => exportReport(session, ports, payload),
    'clipboard.write': ({ text }) => ports.writeClipboard(text),
  };
}

/** Evidence, or one case file. */
function openGiven(keeper: CaseKeeper, paths: readonly string[]): Promise<CaseOpenOutcome> {
  const caseFile = paths.find(isCaseFile);
  if (caseFile === undefined) return keeper.openEvidence(paths);
  if (paths.length > 1) throw new UsageError('A case file is opened by itself. Leave out the other files.');
  return keeper.openFile(caseFile);
}

function requireCase(session: CaseSession): OpenCase {
  const current = session.current();
  if (current === null) throw new UsageError('No case is open.');
  return current.openCase;
}

/** Where the bytes of a file can be read. Throws UsageError for a container, and for what the case does not have. */
function locationIn(session: CaseSession, evidenceId: EvidenceId): string {
  const absolutePath = requireCase(session).locationOf(evidenceId);
  if (absolutePath === null) throw new UsageError(`The bytes of source ${evidenceId} cannot be shown.`);
  return absolutePath;
}

async function judge(session: CaseSession, change: (open: OpenCase) => WorkHistory): Promise<ConclusionOutcome> {
  return shown(await session.conclude((open) => open.withWork(change(open))));
}

/** What the analyst puts beside the evidence. */
function annotationHandlers(session: CaseSession): Pick<Handlers, Extract<RequestName, `annotation.${string}`>> {
  const annotate = async (change: (open: OpenCase) => WorkHistory): Promise<AnnotationOutcome> =>
    shown(await session.annotate((open) => open.withWork(change(open))));
  return {
    'annotation.bookmark': (payload) => annotate((open) => bookmark(open, payload)),
    'annotation.tag': (payload) => annotate((open) => tag(open, payload)),
    'annotation.comment': (payload) => annotate((open) => comment(open, payload)),
    'annotation.commentRange': (payload) => annotate((open) => commentRange(open, payload)),
    'annotation.addEvent': (payload) => annotate((open) => addEvent(open, payload)),
    'annotation.edit': (payload) => annotate((open) => edit(open, payload)),
    'annotation.hide': (payload) => annotate((open) => hide(open, payload)),
    'annotation.remove': (payload) => annotate((open) => remove(open, payload)),
  };
}

function exportReport(
  session: CaseSession,
  ports: ShellPorts,
  { format }: RequestOf<'report.export'>,
): Promise<ExportOutcome> {
  return saveFile(session, ports, {
    what: 'report',
    name: ({ openCase }) => exportFileName(openCase.title, format),
    choose: (suggested) => ports.chooseExportPath(suggested, format),
    content: ({ openCase }) => openCase.write({ name: format }),
  });
}
