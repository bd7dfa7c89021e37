import { ArrowLeft, ArrowRight, Search } from 'lucide-react';
import { useActions, useAppState } from '../state/app-context.tsx';
import { Button, IconButton } from './button.tsx';
import { Menu, MenuItem, MenuSeparator } from './menu.tsx';
import { TabBar } from './tab-bar.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import styles from './top-bar.module.css';
import { ZoneSwitch } from './zone-switch.tsx';

/** The bar at the top: views, back and forward, the zone of every time shown, commands, opening and appearance. */
export function TopBar({ onPalette }: { readonly onPalette: () => void }) {
  const { view, trail } = useAppState();
  const actions = useActions();
  return (
    <header className={styles.topBar}>
      <span className={styles.brand}>
        <BrandMark />
        Inquest
      </span>
      {view === null ? null : (
        <>
          <TabBar current={trail.here.tab} />
          <div className={styles.trailButtons}>
            <IconButton label="Back" title="Back (Alt+←)" disabled={trail.past.length === 0} onClick={actions.back}>
              <ArrowLeft size={15} aria-hidden="true" />
            </IconButton>
            <IconButton
              label="Forward"
              title="Forward (Alt+→)"
              disabled={trail.future.length === 0}
              onClick={actions.forward}
            >
              <ArrowRight size={15} aria-hidden="true" />
            </IconButton>
          </div>
        </>
      )}
      <div className={styles.topBarTools}>
        {view === null ? null : (
          <>
            <Button tone="bare" className={styles.paletteButton} onClick={onPalette}>
              <Search size={13} aria-hidden="true" />
              <span>Go to…</span>
              <kbd>Ctrl K</kbd>
            </Button>
            <ZoneSwitch view={view} />
            <Menu label="Open">
              <MenuItem shortcut="Ctrl O" onPress={() => void actions.openDialog('files')}>
                Open files…
              </MenuItem>
              <MenuItem onPress={() => void actions.openDialog('folder')}>Open folder…</MenuItem>
              <MenuItem onPress={() => void actions.openSample()}>Open the sample incident</MenuItem>
              <MenuSeparator />
              <MenuItem shortcut="Ctrl Alt O" onPress={() => void actions.addDialog('files')}>
                Add evidence files…
              </MenuItem>
              <MenuItem onPress={() => void actions.addDialog('folder')}>Add evidence folder…</MenuItem>
              <MenuItem onPress={() => void actions.loadRules()}>Load rule files…</MenuItem>
              <MenuSeparator />
              <MenuItem shortcut="Ctrl S" onPress={() => void actions.saveCase(false)}>
                Save case
              </MenuItem>
              <MenuItem shortcut="Ctrl Shift S" onPress={() => void actions.saveCase(true)}>
                Save case as…
              </MenuItem>
              <MenuItem shortcut="Ctrl W" onPress={() => void actions.closeCase()}>
                Close case
              </MenuItem>
            </Menu>
          </>
        )}
        <ThemeSwitch />
      </div>
    </header>
  );
}

/** A pulse that stops: a worker's heartbeat, and its end. */
function BrandMark() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" className={styles.brandMark}>
      <rect width="18" height="18" rx="4" />
      <path d="M3 9.5h3l1.6-4 2.6 7.5 1.5-3.5h3.3" />
    </svg>
  );
}
