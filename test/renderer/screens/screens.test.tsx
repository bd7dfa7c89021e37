import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { SceneView } from '../../../renderer/components/scene-view.tsx';
import { DatabaseScreen } from '../../../renderer/screens/database/database.tsx';
import { EvidenceScreen } from '../../../renderer/screens/evidence.tsx';
import { ReportScreen } from '../../../renderer/screens/report.tsx';
import { StartScreen } from '../../../renderer/screens/start.tsx';
import { fieldsOf } from '../../../renderer/screens/timeline/event-pane.tsx';
import { VerdictScreen } from '../../../renderer/screens/verdict/verdict.tsx';
import { createActions } from '../../../renderer/state/actions.ts';
import { AppContexts } from '../../../renderer/state/app-context.tsx';
import { INITIAL_STATE, reduce } from '../../../renderer/state/app-state.ts';
import type { CaseView } from '../../../shared/model/views.ts';
import { formatScore } from '../../../shared/wording/figures.ts';
import { referenceEvents, referenceView } from '../../support/reference-case.ts';
import { createMockBridge } from '../support/mock-bridge.ts';

function markup(view: CaseView | null, screen: ReactNode): string {
  const bridge = createMockBridge({ initial: 'none', speed: 0 });
  const state = view === null ? INITIAL_STATE : reduce(INITIAL_STATE, { type: 'opened', view });
  return renderToStaticMarkup(
    <AppContexts
      bridge={bridge}
      actions={createActions(
        bridge,
        () => undefined,
        () => state,
      )}
      state={state}
    >
      {screen}
    </AppContexts>,
  );
}
/** Words of a page as a reader meets them. */
const words = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const count = (html: string, part: string): number => html.split(part).length - 1;

const hostile = '<img src=x onerror="alert(1)">';

describe('the first screen', () => {
  it('offers files, a folder and the sample', () => {
    const text = words(markup(null, <StartScreen />));
    for (const name of ['Open files…', 'Open folder…', 'Open the sample incident']) expect(text).toContain(name);
  });
});

describe('the Verdict screen', () => {
  const view = referenceView();
  const html = markup(view, <VerdictScreen view={view} />);

  it('shows all five hypotheses as articles named by their titles, in the order of the analysis', () => {
    expect(count(html, '<article')).toBe(5);
    const places = view.analysis.hypotheses.map((each) => html.indexOf(`id="hypothesis-title-${each.id}"`));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect([...places].sort((one, other) => one - other)).toEqual(places);
  });

  it('gives each verdict in words, its score and its reason', () => {
    const text = words(html);
    for (const each of view.analysis.hypotheses) {
      expect(text).toContain(each.verdict === 'ruled-out' ? 'ruled out' : each.verdict);
      expect(text).toContain(formatScore(each.score).replace('>', '&gt;').replace('<', '&lt;'));
      expect(html).toContain(each.reason.slice(0, 30));
    }
  });

  it('says of an open question that the evidence does not tell', () => {
    const questions = view.analysis.questions.map((each) => ({ ...each, answer: null, facts: [] }));
    const open = { ...view, analysis: { ...view.analysis, questions } };
    expect(count(markup(open, <VerdictScreen view={open} />), 'Not in the evidence.')).toBe(questions.length);
  });

  it('shows the command that collects what is missing', () => {
    const command = 'journalctl -k --since "1 hour ago" | head';
    const hypotheses = view.analysis.hypotheses.map((each) => ({
      ...each,
      missing: [{ what: 'kernel log', command }],
    }));
    const lacking = { ...view, analysis: { ...view.analysis, hypotheses } };
    expect(count(markup(lacking, <VerdictScreen view={lacking} />), 'Copy command')).toBe(
      // As label and title of a button: in each of five hypotheses, and once in the list of all that is missing.
      // One more puts a patch into force.
      2 * (5 + 1 + 1),
    );
  });
});

describe('evidence that is hostile', () => {
  it('stays text wherever it is shown', () => {
    const base = referenceView();
    const view: CaseView = {
      ...base,
      files: base.files.map((file) => ({
        ...file,
        path: `${hostile}/${file.path}`,
        problemCount: 1,
        problems: [{ kind: 'malformed-record', message: hostile, byteOffset: 0 }],
      })),
      problems: [{ path: hostile, kind: 'unsafe-path', message: hostile }],
      databases: base.databases.map((database) => ({ ...database, path: hostile, integrity: hostile })),
      analysis: {
        ...base.analysis,
        headline: hostile,
        summary: { ...base.analysis.summary, happened: hostile, cause: hostile, impact: hostile, caveats: [hostile] },
        facts: base.analysis.facts.map((fact) => ({ ...fact, text: hostile })),
      },
    };
    for (const screen of [
      <EvidenceScreen key="e" view={view} />,
      <VerdictScreen key="v" view={view} />,
      <DatabaseScreen key="d" view={view} />,
      <ReportScreen key="r" view={view} />,
    ]) {
      const html = markup(view, screen);
      expect(html).not.toContain('<img');
      expect(html).toContain('&lt;img');
    }
  });
});

describe('the Evidence screen', () => {
  it('lists every file with its whole SHA-256 and the problems of the case', () => {
    const view = referenceView();
    const html = markup(view, <EvidenceScreen view={view} />);
    for (const file of view.files) expect(html).toContain(file.sha256);
    for (const problem of view.problems) expect(words(html)).toContain(problem.path);
  });
});

describe('the Database screen', () => {
  it('shows the open transaction and the tables it touched', () => {
    const view = referenceView();
    const text = words(markup(view, <DatabaseScreen view={view} />));
    expect(text).toContain('A write transaction was open');
    for (const table of view.databases[0]?.wal?.openTransaction?.touched ?? []) expect(text).toContain(table.name);
  });

  it('says what to add when there is none', () => {
    const view = { ...referenceView(), databases: [] };
    expect(words(markup(view, <DatabaseScreen view={view} />))).toContain('No database in this case');
  });
});

describe('pages under a strict policy', () => {
  it('carry no style attributes', () => {
    const view = referenceView();
    for (const screen of [
      <EvidenceScreen key="e" view={view} />,
      <VerdictScreen key="v" view={view} />,
      <DatabaseScreen key="d" view={view} />,
      <ReportScreen key="r" view={view} />,
    ]) {
      expect(markup(view, screen)).not.toMatch(/\sstyle="/);
    }
  });
});

describe('a scene as elements', () => {
  it('draws every node, with titles, rows and shared clips', () => {
    const clip = { x: 0, y: 0, width: 10, height: 10 };
    const html = renderToStaticMarkup(
      <SceneView
        scene={{
          width: 100,
          height: 50,
          description: 'two & a half',
          nodes: [
            { type: 'rect', x: 1, y: 2, width: 3, height: 4, fill: 'accent-soft', clip },
            { type: 'line', x1: 0, y1: 0, x2: 9, y2: 9, stroke: 'grid', dash: '2 2', clip },
            { type: 'path', d: 'M0,0L1,1', stroke: 'series-1' },
            { type: 'circle', cx: 5, cy: 5, r: 2, fill: 'danger', row: 12, title: 'SIGKILL' },
            { type: 'text', x: 1, y: 9, text: '<b>', fill: 'ink', size: 10, weight: 'bold' },
          ],
        }}
      />,
    );
    expect(html).toContain('aria-label="two &amp; a half"');
    expect(count(html, '<clipPath')).toBe(1);
    expect(html).toContain('fill="var(--scene-accent-soft)"');
    expect(html).toMatch(/<circle[^>]*data-row="12"[^>]*><title>SIGKILL<\/title>/);
    expect(html).toContain('&lt;b&gt;');
  });
});

describe('fields of an event', () => {
  it('are those that it has, with units', () => {
    const event = referenceEvents().find(({ kind }) => kind === 'worker-sigkill');
    if (event === undefined) throw new Error('the reference case has no SIGKILL');
    const fields = fieldsOf({ ...event, detail: { ...event.detail, anonRssBytes: 410_000_000 } });
    expect(fields).toContainEqual({ name: 'About pid', value: '23333' });
    expect(fields).toContainEqual({ name: 'Anonymous memory', value: '410 MB' });
    expect(fields.some(({ name }) => name === 'Version')).toBe(false);
  });
});
