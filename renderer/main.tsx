import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/start.css';
import './styles/timeline.css';
import './styles/pages.css';
import './styles/times.css';
import './styles/database.css';
import './styles/artifact.css';
import './styles/verdict.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { AppProvider } from './state/app-context.tsx';
import { DisplayZoneProvider } from './state/display-zone.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root');
createRoot(root).render(
  <AppProvider bridge={window.inquest}>
    <DisplayZoneProvider>
      <App />
    </DisplayZoneProvider>
  </AppProvider>,
);
