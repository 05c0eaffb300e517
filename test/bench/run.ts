import { benchCrossValidate } from './cross-validate.ts';
import { benchEvidence } from './evidence.ts';
import { benchHostile } from './hostile.ts';
import { benchLetters } from './letters.ts';
import { benchMail } from './mail.ts';
import { benchPages } from './pages.ts';
import { benchRecognise } from './recognise.ts';
import { benchScale } from './scale/index.ts';
import { benchStartUp } from './start-up.ts';
import { benchWorst } from './worst/index.ts';

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

// `npm run bench`, or `npm run bench -- start-up` for some of them. `npm run bench -- scale` has options of its own,
// and runs only when it is asked for: it fills a database with years of data. So does `npm run bench -- worst`.
const wanted = process.argv.slice(2);
if (wanted[0] === 'scale') await benchScale(wanted.slice(1));
else if (wanted[0] === 'worst') await benchWorst(wanted.slice(1));
else
  for (const [name, bench] of Object.entries(BENCHES))
    if (wanted.length === 0 || wanted.includes(name)) await bench();
