import { useVirtualizer } from '@tanstack/react-virtual';
import { Binary, FileDown, TextSelect } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { InquestBridge } from '../../../shared/contract/ipc.ts';
import type { RawRecord } from '../../../shared/model/views.ts';
import { toJobError } from '../../bridge.ts';
import buttonStyles from '../../components/button.module.css';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/class-names.ts';
import noticeStyles from '../../components/notice.module.css';
import { useSize } from '../../components/use-size.ts';
import { formatBytes } from '../../format.ts';
import { useActions, useBridge } from '../../state/app-context.tsx';
import { HEX_BYTES_A_LINE, hexLine, TextRows } from '../../state/record-lines.ts';
import styles from './record-view.module.css';

const PIECE_BYTES = 512 * 1024;
/** Bytes of one message that are held for showing; the file that "Save record" writes has them all. */
const SHOWN_BYTES = 32 * 1024 * 1024;
const FIRST_HEX_BYTES = 4 * 1024;
const MORE_HEX_BYTES = 64 * 1024;
/** Height of a line in CSS pixels; `.record-line` in timeline.css must agree. */
const LINE_PX = 17;
const LEAST_COLUMNS = 30;

/** What there is to see of a message beyond the beginning that the pane shows: the rest of its text, and its bytes. */
export function RecordView({ record }: { readonly record: RawRecord }) {
  const { row, messageCut } = record.event;
  const { saveRecord } = useActions();
  const [open, setOpen] = useState<{ readonly row: number; readonly what: 'text' | 'bytes' } | null>(null);
  const isOpen = (what: 'text' | 'bytes'): boolean => open?.row === row && open.what === what;
  const toggle = (what: 'text' | 'bytes') => () => setOpen(isOpen(what) ? null : { row, what });
  return (
    <>
      {record.isText ? null : <p className="secondary">Some of its bytes are no text: not UTF-8, or NUL.</p>}
      <div className={buttonStyles.buttonRow}>
        {messageCut === true ? (
          <Button size="small" aria-expanded={isOpen('text')} onClick={toggle('text')}>
            <TextSelect size={12} aria-hidden="true" />
            {isOpen('text') ? 'Show less' : `Show all (${formatBytes(record.messageBytes)})`}
          </Button>
        ) : null}
        {record.isText ? null : (
          <Button size="small" aria-expanded={isOpen('bytes')} onClick={toggle('bytes')}>
            <Binary size={12} aria-hidden="true" />
            {isOpen('bytes') ? 'Hide bytes' : 'Show bytes'}
          </Button>
        )}
        <Button size="small" onClick={() => void saveRecord(row)}>
          <FileDown size={12} aria-hidden="true" />
          Save record…
        </Button>
      </div>
      {isOpen('text') ? <WholeText key={row} row={row} /> : null}
      {isOpen('bytes') ? <Bytes key={row} row={row} /> : null}
    </>
  );
}

interface Loading {
  readonly bytes: Uint8Array;
  /** null until the first answer. */
  readonly totalBytes: number | null;
  readonly error: string | null;
}

/** The first `wanted` bytes of a message, fetched piece by piece; what has come stays while more is on its way. */
function useMessageBytes(row: number, wanted: number): Loading {
  const bridge = useBridge();
  const [loading, setLoading] = useState<Loading>({ bytes: new Uint8Array(0), totalBytes: null, error: null });
  const held = useRef(loading.bytes);
  useEffect(() => {
    let isCurrent = true;
    const load = async (): Promise<void> => {
      for (;;) {
        const piece = await nextPiece(bridge, row, held.current.length, wanted);
        if (!isCurrent || piece === null) return;
        const bytes = new Uint8Array(held.current.length + piece.bytes.length);
        bytes.set(held.current);
        bytes.set(piece.bytes, held.current.length);
        held.current = bytes;
        setLoading({ bytes, totalBytes: piece.totalBytes, error: null });
        if (piece.bytes.length === 0 || bytes.length >= Math.min(wanted, piece.totalBytes)) return;
      }
    };
    load().catch((error: unknown) => {
      if (isCurrent) setLoading((before) => ({ ...before, error: toJobError(error).message }));
    });
    return () => {
      isCurrent = false;
    };
  }, [bridge, row, wanted]);
  return loading;
}

async function nextPiece(bridge: InquestBridge, row: number, offset: number, wanted: number) {
  const limit = Math.min(PIECE_BYTES, wanted - offset);
  return limit <= 0 ? null : bridge.request('events.bytes', { row, of: 'message', offset, limit });
}

/** All of a message as text, wrapped to the width of the pane. */
function WholeText({ row }: { readonly row: number }) {
  const { bytes, totalBytes, error } = useMessageBytes(row, SHOWN_BYTES);
  const isWhole = totalBytes !== null && bytes.length >= Math.min(totalBytes, SHOWN_BYTES);
  const { ref, width, columns } = useColumns();
  const rows = useMemo(() => (isWhole ? new TextRows(bytes, columns) : null), [isWhole, bytes, columns]);
  return (
    <div ref={ref} className={styles.recordView}>
      {error !== null ? (
        <p className={cx(noticeStyles.notice, noticeStyles.noticeWarning)}>The message could not be read: {error}</p>
      ) : rows === null || width === 0 ? (
        <p className="secondary" role="status">
          Reading… {formatBytes(bytes.length)}
          {totalBytes === null ? '' : ` of ${formatBytes(totalBytes)}`}
        </p>
      ) : (
        <Lines label="Whole message" count={rows.count} lineAt={(index) => rows.line(index)} />
      )}
      {totalBytes !== null && totalBytes > SHOWN_BYTES ? (
        <p className="secondary">
          The first {formatBytes(SHOWN_BYTES)} of {formatBytes(totalBytes)}; “Save record…” writes all of it.
        </p>
      ) : null}
    </div>
  );
}

/** The bytes of a message in hexadecimal, a few at first and more on demand. */
function Bytes({ row }: { readonly row: number }) {
  const [wanted, setWanted] = useState(FIRST_HEX_BYTES);
  const { bytes, totalBytes, error } = useMessageBytes(row, wanted);
  const left = (totalBytes ?? 0) - bytes.length;
  return (
    <div className={styles.recordView}>
      {error === null ? (
        <Lines
          label="Bytes of the message"
          count={Math.ceil(bytes.length / HEX_BYTES_A_LINE)}
          lineAt={(index) => hexLine(bytes, index * HEX_BYTES_A_LINE)}
        />
      ) : (
        <p className={cx(noticeStyles.notice, noticeStyles.noticeWarning)}>The bytes could not be read: {error}</p>
      )}
      {left > 0 && wanted < SHOWN_BYTES ? (
        <Button size="small" onClick={() => setWanted(wanted + MORE_HEX_BYTES)}>
          Show {formatBytes(Math.min(left, MORE_HEX_BYTES))} more of {formatBytes(totalBytes ?? 0)}
        </Button>
      ) : null}
    </div>
  );
}

/** How many characters of the fixed-width font a line of the pane takes. */
function useColumns() {
  const { ref, width } = useSize<HTMLDivElement>();
  // JetBrains Mono advances by 0.6 em of the 11px of `.record-scroller`; the scroll bar and the padding take the rest.
  const columns = Math.max(LEAST_COLUMNS, Math.floor((width - 34) / (11 * 0.6)));
  return { ref, width, columns };
}

function Lines(props: {
  readonly label: string;
  readonly count: number;
  readonly lineAt: (index: number) => ReactNode;
}) {
  const { label, count, lineAt } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
    directDomUpdates: true,
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/noNoninteractiveTabindex: scrolls, which needs focus to work from the keyboard.
    <div ref={scroller} className={cx(styles.recordScroller, 'mono')} role="region" aria-label={label} tabIndex={0}>
      <div ref={virtualizer.containerRef} className={styles.recordBody}>
        {virtualizer.getVirtualItems().map((item) => (
          <div key={item.key} ref={virtualizer.measureElement} data-index={item.index} className={styles.recordLine}>
            {lineAt(item.index)}
          </div>
        ))}
      </div>
    </div>
  );
}
