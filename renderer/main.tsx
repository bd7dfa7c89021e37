import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/reset.css';
import './styles/text.css';
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
