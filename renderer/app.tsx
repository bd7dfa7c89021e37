import { useEffect, useRef, useState } from 'react';
import type { CaseStatus, MenuCommand } from '../shared/contract/ipc.ts';
import type { CaseView } from '../shared/model/views.ts';
import { AddingBar } from './components/adding-bar.tsx';
import styles from './components/app.module.css';
import { Button } from './components/button.tsx';
import { CaseNotices } from './components/case-notices.tsx';
import { CommandPalette } from './components/command-palette.tsx';
import { DropTarget } from './components/drop-target.tsx';
import { FailureBoundary } from './components/failure-boundary.tsx';
import { FailureNotice } from './components/failure-notice.tsx';
import { Headline } from './components/headline.tsx';
import { Toasts } from './components/toasts.tsx';
import { TopBar } from './components/top-bar.tsx';
import { ArtifactScreen } from './screens/artifact/artifact.tsx';
import { DatabaseScreen } from './screens/database/database.tsx';
import { EvidenceScreen } from './screens/evidence.tsx';
import { FileViewer } from './screens/file-viewer.tsx';
import { MovedDialog } from './screens/moved-dialog.tsx';
import { ProgressScreen } from './screens/progress.tsx';
import { ReportScreen } from './screens/report.tsx';
import { StartScreen } from './screens/start.tsx';
import { TimelineScreen } from './screens/timeline/timeline.tsx';
import { VerdictScreen } from './screens/verdict/verdict.tsx';
import type { Actions } from './state/actions.ts';
import { useActions, useAppState, useBridge } from './state/app-context.tsx';
import { TABS, type TabName } from './state/navigation.ts';

/** The window, which says what failed rather than going blank. */
export function WholeWindow() {
  const { view } = useAppState();
  const actions = useActions();
  const closeCase =
    view === null ? null : (
      <Button size="small" onClick={() => void actions.closeCase()}>
        Close case
      </Button>
    );
  return (
    <FailureBoundary what="The window" advice="Close the case to go on with another." showing={view} wayOut={closeCase}>
      <App />
    </FailureBoundary>
  );
}

/** The bar, the headline of the incident, and the view that is chosen. */
function App() {
  const { view, job, failure, trail, caseStatus, moved, viewedFile } = useAppState();
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  const searchField = useRef<HTMLInputElement>(null);
  const focusSearch = (): boolean => {
    searchField.current?.focus();
    searchField.current?.select();
    return searchField.current !== null;
  };
  useMenuCommands(focusSearch);
  useShortcuts({
    hasCase: view !== null && (job === null || job.kind === 'add'),
    focusSearch,
    openPalette: () => setIsPaletteOpen(true),
  });
  useEffect(() => {
    document.title = view === null ? 'Inquest' : windowTitle(view, caseStatus);
  }, [view, caseStatus]);

  return (
    <div className={styles.window}>
      <TopBar onPalette={() => setIsPaletteOpen(true)} />
      {job?.kind === 'add' && view !== null ? <AddingBar job={job} /> : null}
      {view === null ? (
        job === null ? (
          <StartScreen />
        ) : null
      ) : (
        <>
          {failure === null ? null : <FailureNotice />}
          <FailureBoundary what="The headline" advice="The views below are not affected." showing={view}>
            <Headline view={view} />
          </FailureBoundary>
          <CaseNotices key={`${caseStatus?.title}:${caseStatus?.savedAs}`} />
          {/* An element of its own for each tab: the next one begins at its top, however far this one was scrolled. */}
          <main className={styles.main}>
            <div
              key={trail.here.tab}
              id="view"
              role="tabpanel"
              aria-labelledby={`tab-${trail.here.tab}`}
              className={styles.view}
            >
              <FailureBoundary what={`The ${trail.here.tab} view`} advice={SCREEN_ADVICE} showing={view}>
                <Screen tab={trail.here.tab} view={view} searchField={searchField} />
              </FailureBoundary>
            </div>
          </main>
        </>
      )}
      {job === null || (job.kind === 'add' && view !== null) ? null : (
        <FailureBoundary what="The progress" advice="The work goes on." showing={job.kind}>
          <ProgressScreen job={job} hasCase={view !== null} />
        </FailureBoundary>
      )}
      {isPaletteOpen && view !== null ? <CommandPalette onClose={() => setIsPaletteOpen(false)} /> : null}
      {moved === null ? null : <MovedDialog moved={moved} />}
      {viewedFile === null || view === null ? null : (
        <FileViewer key={`${viewedFile.evidenceId} ${viewedFile.byteOffset}`} view={view} place={viewedFile} />
      )}
      <DropTarget />
      <Toasts />
    </div>
  );
}

const SCREEN_ADVICE = 'The other views are not affected, and the command line (inquest analyze) may read the case.';

/** The case first, with a dot before it where something was done that no file of it has. */
function windowTitle(view: CaseView, status: CaseStatus | null): string {
  return `${status?.isDirty === true ? '● ' : ''}${status?.title ?? view.title} – Inquest`;
}

function Screen(props: {
  readonly tab: TabName;
  readonly view: CaseView;
  readonly searchField: React.RefObject<HTMLInputElement | null>;
}) {
  const { tab, view } = props;
  switch (tab) {
    case 'evidence':
      return <EvidenceScreen view={view} />;
    case 'timeline':
      return <TimelineScreen view={view} searchField={props.searchField} />;
    case 'artifact':
      return <ArtifactScreen view={view} />;
    case 'database':
      return <DatabaseScreen view={view} />;
    case 'verdict':
      return <VerdictScreen view={view} />;
    case 'report':
      return <ReportScreen view={view} />;
  }
}

/** Carries out what is chosen in the application menu. */
function useMenuCommands(focusSearch: () => boolean): void {
  const bridge = useBridge();
  const actions = useActions();
  const latest = useRef(focusSearch);
  latest.current = focusSearch;
  useEffect(
    () =>
      bridge.on('menu.command', ({ command }) => runMenuCommand(command, actions, () => find(actions, latest.current))),
    [bridge, actions],
  );
}

/** Frames that the timeline may take to be drawn: one second on an idle machine. */
const DRAWING_FRAMES = 60;

/** The search field belongs to the timeline: goes there first, and to the field as soon as it has been drawn. */
function find(actions: Actions, focusSearch: () => boolean): void {
  actions.go('timeline');
  const tryIn = (framesLeft: number): void => {
    requestAnimationFrame(() => {
      if (!focusSearch() && framesLeft > 0) tryIn(framesLeft - 1);
    });
  };
  tryIn(DRAWING_FRAMES);
}

function runMenuCommand(command: MenuCommand, actions: Actions, startFind: () => void): void {
  switch (command) {
    case 'open-files':
      void actions.openDialog('files');
      return;
    case 'open-folder':
      void actions.openDialog('folder');
      return;
    case 'add-files':
      void actions.addDialog('files');
      return;
    case 'add-folder':
      void actions.addDialog('folder');
      return;
    case 'load-rules':
      void actions.loadRules();
      return;
    case 'save-case':
      void actions.saveCase(false);
      return;
    case 'save-case-as':
      void actions.saveCase(true);
      return;
    case 'close-case':
      void actions.closeCase();
      return;
    case 'export-pdf':
      void actions.exportReport('pdf');
      return;
    case 'export-html':
      void actions.exportReport('html');
      return;
    case 'export-json':
      void actions.exportReport('json');
      return;
    case 'save-notes':
      void actions.saveNotes();
      return;
    case 'open-notes':
      void actions.openNotes();
      return;
    case 'save-collect-script':
      void actions.saveScript('collect');
      return;
    case 'save-reproduce-script':
      void actions.saveScript('reproduce');
      return;
    case 'find':
      startFind();
      return;
    case 'undo':
    case 'redo':
      // What is being typed has an undo of its own.
      if (isEditing()) document.execCommand(command);
      else void (command === 'undo' ? actions.undoWork() : actions.redoWork());
      return;
    case 'go-evidence':
    case 'go-timeline':
    case 'go-artifact':
    case 'go-database':
    case 'go-verdict':
    case 'go-report': {
      const tab = TABS.find((each) => command === `go-${each}`);
      if (tab !== undefined) actions.go(tab);
    }
  }
}

interface Shortcuts {
  readonly hasCase: boolean;
  readonly focusSearch: () => boolean;
  readonly openPalette: () => void;
}

/** Whether what has the focus has an undo of its own. */
function isEditing(): boolean {
  const focused = document.activeElement;
  return focused instanceof HTMLElement && (focused.isContentEditable || focused.matches('input, textarea, dialog *'));
}

/** Keys that work everywhere: Ctrl+1..6, Ctrl+F, Ctrl+K, Ctrl+Z, Ctrl+Shift+Z, Alt+Left, Alt+Right. */
function useShortcuts(shortcuts: Shortcuts): void {
  const actions = useActions();
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { hasCase, focusSearch, openPalette } = latest.current;
      if (!hasCase) return;
      const isUndo = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'z';
      const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (isCommand && /^[1-6]$/.test(event.key)) {
        const tab = TABS[Number(event.key) - 1];
        if (tab !== undefined) actions.go(tab);
      } else if (isCommand && event.key === 'f') find(actions, focusSearch);
      else if (isCommand && event.key === 'k') openPalette();
      else if (isUndo && !isEditing()) void (event.shiftKey ? actions.redoWork() : actions.undoWork());
      else if (event.altKey && event.key === 'ArrowLeft') actions.back();
      else if (event.altKey && event.key === 'ArrowRight') actions.forward();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [actions]);
}
