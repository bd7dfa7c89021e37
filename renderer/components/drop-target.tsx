import { FileDown } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions, useAppState, useBridge } from '../state/app-context.tsx';
import styles from './drop-target.module.css';

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/** Accepts files, folders and archives dropped anywhere on the window, and shows that it does while they hover. */
export function DropTarget() {
  const bridge = useBridge();
  const { givePaths } = useActions();
  const { view, job } = useAppState();
  const [isOver, setIsOver] = useState(false);

  useEffect(() => {
    // `dragenter` and `dragleave` fire for every element on the way: only their balance tells when the window is left.
    let depth = 0;
    const onEnter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setIsOver(true);
    };
    const onLeave = (): void => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setIsOver(false);
    };
    const onOver = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy';
    };
    const onDrop = (event: DragEvent): void => {
      // Always prevented: the default would replace the app with the dropped file.
      event.preventDefault();
      depth = 0;
      setIsOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      void givePaths(bridge.pathsOf(files).filter((path) => path !== ''));
    };
    window.addEventListener('dragenter', onEnter);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('dragover', onOver);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragenter', onEnter);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('drop', onDrop);
    };
  }, [bridge, givePaths]);

  if (!isOver) return null;
  return (
    <div className={styles.dropOverlay} data-testid="drop-overlay">
      <div className={styles.dropOverlayCard}>
        <FileDown size={32} strokeWidth={1.25} aria-hidden="true" />
        <p>
          {job !== null
            ? 'Drop to join the import'
            : view !== null
              ? 'Drop to add to this case'
              : 'Drop to open as evidence'}
        </p>
        <p className="secondary">Files are read only and never changed.</p>
      </div>
    </div>
  );
}
