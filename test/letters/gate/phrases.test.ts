import t from 'tap';
import type { LetterFacts } from '../../../src/letters/facts.ts';
import { PHRASE_RULES } from '../../../src/letters/gate/phrases.ts';
import { LANGUAGES, type Language } from '../../../src/letters/language.ts';
import { factsWith } from '../letters.fixture.ts';
import { bodyWith, hoursAgo, judged, REFUSAL, said } from './gate.fixture.ts';

/** Rules of phrases that a sentence trips, as `level rule`. */
const rules = (text: string, language: Language = 'en', audience = 'mailbox-provider') =>
  judged({ body: bodyWith(text), language }, { audience: audience as 'mailbox-provider' })
    .findings.filter(
      ({ key }) => key.startsWith('phrase:') || key === 'capitals' || key === 'exclamation-marks',
    )
    .map(({ level, rule }) => `${level} ${rule}`);

/** What stops, warns and helps in each language, and a plain sentence that does none of it. */
const TABLE: [Language, string, string][] = [
  ['en', 'stop R7', 'Otherwise our lawyers will write to you.'],
  ['en', 'stop R7', 'We are fully GDPR compliant.'],
  ['en', 'stop R7', 'We will file a lawsuit.'],
  ['en', 'stop R8', 'This is URGENT.'],
  ['en', 'stop R8', 'We need this solved immediately.'],
  ['en', 'warn R5', 'We have never sent spam.'],
  ['en', 'warn R5', 'We’ve done nothing wrong.'],
  ['en', 'warn R5', '100% of our users agreed.'],
  ['en', 'warn R5', 'Please unblock 203.0.113.7.'],
  ['en', 'warn R6', 'We are a leading company.'],
  ['en', 'warn R9', 'Please whitelist our address.'],
  ['en', 'warn R9', 'Can you tell us why we were blocked?'],
  ['en', 'warn R8', 'Please answer!!'],
  ['en', 'warn R8', 'PLEASE LIFT THE BLOCK TODAY'],
  ['en', 'good R9', 'Is there anything further that you need?'],
  ['en', 'good R11', 'The address is assigned to us by Example Hosting.'],
  ['en', 'good R12', 'From now on each mailbox is limited.'],
  ['de', 'stop R7', 'Sonst schalten wir unseren Anwalt ein.'],
  ['de', 'stop R7', 'Wir behalten uns rechtliche Schritte vor.'],
  ['de', 'stop R8', 'Wir bitten dringend um Aufhebung.'],
  ['de', 'warn R5', 'Wir versenden keinen Spam.'],
  ['de', 'warn R6', 'Wir sind Marktführer.'],
  ['de', 'stop R7', 'Unsere Rechtsanwälte prüfen das.'],
  ['de', 'warn R9', 'Weshalb wurden wir gesperrt?'],
  ['de', 'good R9', 'Wir bitten um Prüfung.'],
  ['de', 'good R12', 'Künftig ist jedes Postfach begrenzt.'],
  ['fr', 'stop R7', 'Notre avocat vous écrira.'],
  ['fr', 'stop R8', 'Il faut lever ce blocage immédiatement.'],
  ['fr', 'warn R5', 'Nous sommes bloqués sans raison.'],
  ['fr', 'warn R9', 'Merci de nous mettre en liste blanche.'],
  ['fr', 'stop R8', 'Il faut agir de toute urgence.'],
  ['fr', 'stop R7', 'Nous respectons le RGPD.'],
  ['fr', 'warn R5', 'Nous n’envoyons jamais de spam.'],
  ['fr', 'warn R9', 'Pourquoi notre adresse est-elle bloquée ?'],
  ['fr', 'good R12', 'Désormais, chaque compte est limité.'],
  ['it', 'stop R7', 'Procederemo per vie legali.'],
  ['it', 'stop R8', 'È inaccettabile.'],
  ['it', 'warn R5', 'Siamo bloccati senza motivo.'],
  ['it', 'stop R8', 'Rispondete al più presto.'],
  ['it', 'stop R7', 'Il blocco è illegittimo.'],
  ['it', 'warn R6', 'Siamo leader nel settore.'],
  ['it', 'warn R5', 'Siamo stati bloccati senza alcuna ragione.'],
  ['it', 'good R9', 'Restiamo a disposizione per ulteriori informazioni.'],
  ['es', 'stop R7', 'Emprenderemos acciones legales.'],
  ['es', 'stop R8', 'Es urgente.'],
  ['es', 'warn R6', 'Somos una empresa líder.'],
  ['es', 'stop R8', 'Contesten a la mayor brevedad.'],
  ['es', 'stop R7', 'Acudiremos al juzgado.'],
  ['es', 'warn R9', 'Incluyan nuestra IP en su lista de permitidos.'],
  ['es', 'warn R5', 'Por favor, desbloqueen la dirección.'],
  ['es', 'good R12', 'A partir de ahora cada cuenta está limitada.'],
  ['nl', 'stop R7', 'Wij nemen juridische stappen.'],
  ['nl', 'stop R8', 'Dit is onacceptabel.'],
  ['nl', 'warn R5', 'Wij versturen geen spam.'],
  ['nl', 'stop R7', 'Wij stellen u aansprakelijk.'],
  ['nl', 'warn R5', 'Wij zijn geen spammers.'],
  ['nl', 'good R12', 'Voortaan is elk account beperkt.'],
];
const PLAIN: [Language, string][] = [
  ['en', 'The certificate authority signed it.'],
  ['en', 'We issued an update, and our unit sues nobody.'],
  ['en', 'The DNS server answers. SPF, DKIM and DMARC pass. PTR AAAA SPF DKIM'],
  ['de', 'Die Sperre besteht seit gestern, und der Eintrag ist berichtigt.'],
  ['fr', 'Nous avons changé le mot de passe hier.'],
  ['fr', '3 plaintes pour 31 000 messages. Un compte a fait l’objet d’une utilisation illicite.'],
  ['it', 'Le caselle sono state sbloccate; un account era usato in modo illecito.'],
  ['it', 'Abbiamo cambiato la parola d’accesso ieri.'],
  ['es', 'Les rogamos que revisen el bloqueo. Hubo un uso ilícito de una cuenta, y lo hemos juzgado grave.'],
  ['es', 'Cambiamos la contraseña ayer.'],
  ['nl', 'Wij hebben het wachtwoord gisteren gewijzigd.'],
];

t.test('words that end a conversation, that hurt and that help are known in each language', async (t) => {
  for (const [language, found, text] of TABLE)
    t.ok(rules(text, language).includes(found), `${language}: ${text}`);
});

t.test('plain words pass, also those that only look like others', async (t) => {
  for (const [language, text] of PLAIN) t.strictSame(rules(text, language), [], `${language}: ${text}`);
});

t.test('each language is tried, with words that count and with plain ones', async (t) => {
  for (const language of Object.keys(LANGUAGES))
    for (const table of [TABLE, PLAIN])
      t.ok(
        table.some(([one]) => one === language),
        `${language} has a row of ${table === TABLE ? 'TABLE' : 'PLAIN'} here`,
      );
});

t.test('each language has phrases of each kind', async (t) => {
  for (const language of Object.keys(LANGUAGES))
    for (const kind of [
      'stop R7',
      'stop R8',
      'warn R5',
      'warn R6',
      'warn R9',
      'good R9',
      'good R11',
      'good R12',
      'warn R14',
    ])
      t.ok(
        PHRASE_RULES.some((one) => one.language === language && `${one.level} ${one.rule}` === kind),
        `src/letters/gate/phrases.json: ${language} has phrases of ${kind}`,
      );
});

t.test('a letter is read in its own language; English counts in all', async (t) => {
  t.strictSame(rules('Il tribunale decide.', 'en'), []);
  t.strictSame(rules('Wir bitten urgent um Antwort.', 'de'), ['stop R8']);
});

t.test('other lists are no argument for the operator of a list', async (t) => {
  const text = 'We are not listed anywhere.';
  t.strictSame(rules(text, 'en', 'block-list'), ['warn R14']);
  t.strictSame(rules(text), []);
});

t.test('the refusal and their own words are not ours and are not judged', async (t) => {
  const refusal = { text: '550 this is an ILLEGAL and urgent matter', at: null, codes: '550' };
  const body = bodyWith('You wrote: “Our lawyers say no.”').replace(REFUSAL, refusal.text);
  const phrases = (letter: LetterFacts) =>
    judged({ body }, { letter }).findings.filter(({ key }) => key.startsWith('phrase:')).length;
  const lastReply = { at: hoursAgo(2), verdict: 'denied' as const, quote: 'Our lawyers say no.' };
  t.equal(phrases(factsWith({ refusal, lastReply })), 0);
  t.equal(phrases(factsWith({ lastReply: null })), 3);
});

t.test('words are found however they are written', async (t) => {
  for (const text of ['im\u00admediately', 'imme\u200bdiately', 'IMMEDIATELY', 'immediately\u202e'])
    t.ok(rules(text).includes('stop R8'), JSON.stringify(text));
  t.ok(rules('Il est de\u0301sespe\u0301re\u0301.', 'fr').includes('stop R8'), 'decomposed accents');
  t.ok(rules('legal\n  action', 'en').includes('stop R7'), 'over a line end');
});

t.test('a finding says which sentence it is about and where the words stand', async (t) => {
  const body = bodyWith('All is well.  We need it IMMEDIATELY, please. Thanks.');
  const [finding] = judged({ body }).findings.filter(({ key }) => key === 'phrase:immediately');
  const place = finding?.place;
  t.equal(body.slice(place?.start, place?.end), 'IMMEDIATELY');
  t.equal(body.slice(place?.sentence.start, place?.sentence.end), 'We need it IMMEDIATELY, please.');
  t.ok(said({ body }).includes('stop phrase:immediately'));
});
