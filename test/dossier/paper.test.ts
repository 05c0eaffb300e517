import t from 'tap';
import { Sheets } from '../../src/dossier/paper.ts';

t.test('the foot of a sheet is one line, however long the name of the whole', async (t) => {
  for (const name of [
    '#38 Outlook.com blocks 203.0.113.7',
    'Blocked '.repeat(36),
    'W'.repeat(300),
    'قائمة '.repeat(50),
  ]) {
    const sheets = new Sheets('An incident', 'a4');
    sheets.text('P', 'A text.', {});
    const doc = sheets.doc as unknown as { _line: (text: string, ...more: unknown[]) => unknown };
    const write = doc._line.bind(doc);
    const lines: string[] = [];
    doc._line = (text, ...more) => {
      lines.push(text);
      return write(text, ...more);
    };
    sheets.end(name);
    t.equal(lines.length, 2, 'the name and the number');
    t.equal(lines.at(-1), '1 of 1');
  }
});
