import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { isAnswered } from './app/api-client.js';
import { App } from './app/app.js';
import { applyTheme } from './app/theme.js';
import './styles/base.css';
import './styles/parts.css';
import './styles/run.css';
import './styles/grid.css';

applyTheme();
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server has answered, wrong or missing, stays so; a lost connection may come back.
      retry: (count, error) => count < 2 && !isAnswered(error),
      refetchOnWindowFocus: true,
    },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Router base={new URL(document.baseURI).pathname.replace(/\/$/, '')}>
        <App />
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
