import { enableCompileCache } from 'node:module';

// JavaScript, so that not even this file is compiled anew at each start.
enableCompileCache();
await import('./embedded-worker.ts');
