import { useEffect, useRef, useState } from 'react';
import type { CaseView, FileBytes } from '../../shared/model/views.ts';
import { toJobError } from '../bridge.ts';
import { cx } from '../components/class-names.ts';
import { PagesDialog } from '../components/pages-dialog.tsx';
import { Tabs } from '../components/tabs.tsx';
import { formatCount } from '../format.ts';
import { useActions, useBridge } from '../state/app-context.tsx';
import type { FilePlace } from '../state/app-state.ts';
import { asciiLines, type ByteRange, type FileLine, HEX_ROW_BYTES, hexLines, isText, textLines } from './file-lines.ts';
import styles from './file-viewer.module.css';

const PAGE_BYTES = 8 * 1024;
/** Bytes that are shown in front of the place. */
const LEAD_BYTES = 1_024;

type Mode = 'text' | 'hex';
type Loaded =
  | { readonly status: 'loading' }
  | { readonly status: 'read'; readonly page: FileBytes }
  | { readonly status: 'failed'; readonly message: string };

/** A file of the evidence at a place, as text with line numbers or as bytes with offsets; what is cited is marked. */
export function FileViewer({ view, place }: { readonly view: CaseView; readonly place: FilePlace }) {
  const { closeFile } = useActions();
  const file = view.files.find(({ id }) => id === place.evidenceId);
  const first = pageStart(place.byteOffset - LEAD_BYTES);
  const [offset, setOffset] = useState(first);
  const loaded = useFileBytes(place.evidenceId, offset);
  const page = loaded.status === 'read' ? loaded.page : null;
  const [chosen, setChosen] = useState<Mode | null>(null);
  const mode: Mode = chosen ?? (page === null || isText(page.bytes) ? 'text' : 'hex');
  const end = page === null ? offset : page.byteOffset + page.bytes.length;
  const path = file?.path ?? place.evidenceId;
  return (
    <PagesDialog
      label={`File ${path}`}
      title={path}
      aside={
        <Tabs<Mode>
          label="How the file is shown"
          tabs={[
            { value: 'text', title: 'Text' },
            { value: 'hex', title: 'Hex' },
          ]}
          current={mode}
          onChoose={setChosen}
          idPrefix="file-"
          panelId="file-content"
          className={styles.modes}
          tabClassName={styles.mode}
        />
      }
      isFullHeight
      note={
        <>
          {placeInWords(place)} · shown are bytes {formatCount(offset)}–{formatCount(Math.max(offset, end - 1))} of{' '}
          {formatCount(page?.totalBytes ?? file?.bytes ?? 0)}
        </>
      }
      onEarlier={offset === 0 ? null : () => setOffset(pageStart(offset - PAGE_BYTES))}
      onBack={offset === first ? null : () => setOffset(first)}
      onLater={page === null || end >= page.totalBytes ? null : () => setOffset(offset + PAGE_BYTES)}
      onClose={closeFile}
    >
      <FileContent loaded={loaded} mode={mode} place={place} />
    </PagesDialog>
  );
}

/** Rows of bytes begin at round offsets. */
function pageStart(byteOffset: number): number {
  return Math.max(0, Math.floor(byteOffset / HEX_ROW_BYTES) * HEX_ROW_BYTES);
}

function placeInWords({ line, byteOffset, byteLength }: FilePlace): string {
  const bytes =
    byteLength > 1
      ? `bytes ${formatCount(byteOffset)}–${formatCount(byteOffset + byteLength - 1)}`
      : `byte ${formatCount(byteOffset)}`;
  return line === null ? `cited: ${bytes}` : `cited: line ${formatCount(line)}, ${bytes}`;
}

function useFileBytes(evidenceId: string, offset: number): Loaded {
  const bridge = useBridge();
  const [loaded, setLoaded] = useState<Loaded>({ status: 'loading' });
  useEffect(() => {
    let isCurrent = true;
    bridge
      .request('evidence.bytes', { evidenceId, byteOffset: offset, limit: PAGE_BYTES })
      .then((page) => {
        if (isCurrent) setLoaded({ status: 'read', page });
      })
      .catch((error: unknown) => {
        if (isCurrent) setLoaded({ status: 'failed', message: toJobError(error).message });
      });
    return () => {
      isCurrent = false;
    };
  }, [bridge, evidenceId, offset]);
  return loaded;
}

function FileContent(props: { readonly loaded: Loaded; readonly mode: Mode; readonly place: FilePlace }) {
  const { loaded, mode, place } = props;
  const content = useRef<HTMLDivElement>(null);
  // What is cited comes into sight, whichever way the file is shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page or another look is another content.
  useEffect(() => {
    const mark = content.current?.querySelector('mark');
    if (mark === null || mark === undefined) content.current?.scrollTo({ top: 0 });
    else mark.scrollIntoView({ block: 'center' });
  }, [loaded, mode]);
  if (loaded.status === 'failed') {
    return (
      <p id="file-content" role="tabpanel" aria-labelledby={`file-${mode}`} className={styles.message}>
        The file could not be read: {loaded.message}
      </p>
    );
  }
  const cited: ByteRange = { from: place.byteOffset, to: place.byteOffset + Math.max(1, place.byteLength) };
  return (
    <div
      ref={content}
      id="file-content"
      role="tabpanel"
      aria-labelledby={`file-${mode}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, which needs focus to work from the keyboard.
      tabIndex={0}
      className={cx(styles.content, 'mono')}
    >
      {loaded.status === 'loading' ? null : mode === 'text' ? (
        <TextPage page={loaded.page} cited={cited} />
      ) : (
        <HexPage page={loaded.page} cited={cited} />
      )}
    </div>
  );
}

function TextPage({ page, cited }: { readonly page: FileBytes; readonly cited: ByteRange }) {
  return textLines(page.bytes, page.byteOffset, page.line, cited).map((line) => (
    <div key={line.offset} className={styles.line}>
      <span className={styles.number} title={`byte ${formatCount(line.offset)}`}>
        {line.line ?? formatCount(line.offset)}
      </span>
      <span className={styles.words}>
        <Cut line={line} />
      </span>
    </div>
  ));
}

function HexPage({ page, cited }: { readonly page: FileBytes; readonly cited: ByteRange }) {
  const ascii = asciiLines(page.bytes, page.byteOffset, cited);
  return hexLines(page.bytes, page.byteOffset, cited).map((line, index) => {
    const letters = ascii[index];
    return (
      <div key={line.offset} className={cx(styles.line, styles.hexLine)}>
        <span className={styles.number}>{line.offset.toString(16).padStart(8, '0')}</span>
        <span>
          <Cut line={line} />
        </span>
        <span className={styles.ascii}>{letters === undefined ? null : <Cut line={letters} />}</span>
      </div>
    );
  });
}

function Cut({ line: { before, cited, after } }: { readonly line: FileLine }) {
  return (
    <>
      {before}
      {cited === '' ? null : <mark className={styles.cited}>{cited}</mark>}
      {after}
    </>
  );
}
