import { benchCrossValidate } from './cross-validate.ts';
import { benchEvidence } from './evidence.ts';
import { benchHostile } from './hostile.ts';
import { benchLetters } from './letters.ts';
import { benchMail } from './mail.ts';
import { benchPages } from './pages.ts';
import { benchRecognise } from './recognise.ts';
import { benchStartUp } from './start-up.ts';

const BENCHES = {
  'start-up': benchStartUp,
  pages: benchPages,
  recognise: benchRecognise,
  'cross-validate': benchCrossValidate,
  evidence: benchEvidence,
  letters: benchLetters,
  mail: benchMail,
  hostile: benchHostile,
};

// `npm run bench`, or `npm run bench -- start-up` for some of them.
const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench();
}
