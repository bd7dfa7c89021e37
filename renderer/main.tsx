import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/reset.css';
import './styles/text.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { createRoot } from 'react-dom/client';
import { WholeWindow } from './app.tsx';
import { AppProvider } from './state/app-context.tsx';
import { DisplayZoneProvider } from './state/display-zone.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element #root');
createRoot(root).render(
  // The page's policy forbids style elements, which some components would otherwise bring.
  <CSPProvider disableStyleElements>
    <AppProvider bridge={window.inquest}>
      <DisplayZoneProvider>
        <WholeWindow />
      </DisplayZoneProvider>
    </AppProvider>
  </CSPProvider>,
);
