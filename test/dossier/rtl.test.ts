import t from 'tap';
import { inVisualOrder } from '../../src/dossier/rtl.ts';

t.test('words of scripts from right to left stand in the order of the eye, others as they are', async (t) => {
  t.equal(inVisualOrder('Harbour Hosting, 203.0.113.7'), 'Harbour Hosting, 203.0.113.7');
  t.equal(inVisualOrder('שלום'), 'שלום');
  t.equal(inVisualOrder('מאת נמל אירוח'), 'אירוח נמל מאת');
  t.equal(inVisualOrder('From נמל אירוח, Hamburg'), 'From אירוח, נמל Hamburg');
});

t.test('signs that turn the direction go: a name must not read as another one', async (t) => {
  t.equal(inVisualOrder('photo\u202egpj.exe'), 'photogpj.exe');
});
