import { CircleAlert, CircleCheck, Info, type LucideIcon, X } from 'lucide-react';
import { useEffect } from 'react';
import { useActions, useAppState } from '../state/app-context.tsx';
import type { Toast } from '../state/app-state.ts';
import { Button, IconButton } from './button.tsx';
import { cx } from './class-names.ts';
import styles from './toasts.module.css';

const TOAST_CLASSES: Readonly<Record<Toast['tone'], string | undefined>> = {
  done: styles.toastDone,
  info: undefined,
  failed: styles.toastFailed,
};

const TONE_ICONS: Readonly<Record<Toast['tone'], LucideIcon>> = { done: CircleCheck, info: Info, failed: CircleAlert };

/** Short messages in the corner. Failures stay until they are dismissed. */
export function Toasts() {
  const { toasts } = useAppState();
  return (
    <section className={styles.toasts} aria-live="polite" aria-label="Messages">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { dismissToast, adjustClocks } = useActions();
  const { undo } = toast;
  const Icon = TONE_ICONS[toast.tone];
  useEffect(() => {
    if (toast.tone === 'failed') return;
    const timer = setTimeout(
      () => dismissToast(toast.id),
      undo !== undefined ? 20_000 : toast.detail === null ? 2_500 : 9_000,
    );
    return () => clearTimeout(timer);
  }, [toast, undo, dismissToast]);
  return (
    <div
      className={cx(styles.toast, TOAST_CLASSES[toast.tone])}
      data-testid={`toast-${toast.tone}`}
      role={toast.tone === 'failed' ? 'alert' : 'status'}
    >
      <Icon size={16} aria-hidden="true" />
      <div className={styles.toastWords}>
        <p>{toast.text}</p>
        {toast.detail === null ? null : <p className={styles.toastDetail}>{toast.detail}</p>}
      </div>
      {undo === undefined ? null : (
        <Button
          size="small"
          onClick={() => {
            dismissToast(toast.id);
            void adjustClocks(undo, 'The clock is as it was before');
          }}
        >
          Undo
        </Button>
      )}
      <IconButton label="Dismiss" onClick={() => dismissToast(toast.id)}>
        <X size={14} aria-hidden="true" />
      </IconButton>
    </div>
  );
}
