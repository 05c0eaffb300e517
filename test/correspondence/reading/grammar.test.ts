import t from 'tap';
import { classifyReply } from '../../../src/correspondence/reading/classify.ts';
import { readPhraseBooks } from '../../../src/correspondence/reading/phrase-book.ts';
import { clauseEnds, supposedIn } from '../../../src/correspondence/reading/supposed.ts';
import { tokensOf } from '../../../src/correspondence/reading/tokens.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';

const catalogue = readCatalogue();
const verdictOf = (text: string): string => classifyReply({ text }, { catalogue }).verdict;

/** Each cause of a misreading, and answers that have it. */
const CAUSES: Record<string, [text: string, verdict: string][]> = {
  'what they do after we did something is no relief yet': [
    ['Send us a signed statement and we will remove the listing.', 'needs-information'],
    ['Agree to our terms of use by return mail and your IP will be taken off the list.', 'needs-information'],
    ['Provide proof that you own the range; the listing will then be removed.', 'needs-information'],
    [
      'Your delisting is nearly done; only the confirmation of your hosting company is missing.',
      'needs-information',
    ],
    ['Schicken Sie uns eine Bestätigung, dann heben wir die Sperre auf.', 'needs-information'],
    ['Wir geben die Adresse frei, sobald Sie uns den Verantwortlichen genannt haben.', 'needs-information'],
    ['Envoyez-nous la liste de vos adresses et nous lèverons le blocage.', 'needs-information'],
    ['Envíenos el informe y retiraremos el bloqueo.', 'needs-information'],
    ['Inviateci il rapporto e rimuoveremo il blocco.', 'needs-information'],
    ['Envie-nos o relatório e removeremos o bloqueio.', 'needs-information'],
    ['Stuur ons het rapport, dan heffen wij de blokkade op.', 'needs-information'],
    ['Prosimy przesłać raport, a zdejmiemy blokadę.', 'needs-information'],
    ['Пришлите отчёт, и мы снимем блокировку.', 'needs-information'],
    ['Сообщите, какие меры приняты, чтобы мы могли снять блокировку.', 'needs-information'],
    ['请提供报告，我们将解除限制。', 'needs-information'],
    ['送信元のお客様を教えてください。確認後に解除いたします。', 'needs-information'],
  ],
  'and what we are to confirm is no finding': [
    [
      'Bitte bestätigen Sie, dass das Leck behoben ist, und wir nehmen die Sperre zurück.',
      'needs-information',
    ],
    ['Confirmez-nous que le serveur est nettoyé et le blocage sera levé.', 'needs-information'],
    ['Confírmenos que el problema está resuelto y eliminaremos la restricción.', 'needs-information'],
    ['Ci confermi che il problema è risolto e toglieremo il blocco.', 'needs-information'],
    ['Bevestig dat het lek gedicht is en wij halen u van de lijst.', 'needs-information'],
    ['Подтвердите, что проблема устранена, и мы удалим адрес из списка.', 'needs-information'],
  ],
  'but a request that was answered, or comes after the relief, holds nothing up': [
    ['We have everything we need and the block will be lifted today.', 'mitigated'],
    ['Please be informed that your IP will be delisted today.', 'mitigated'],
    ['The block is gone. Please confirm that mail arrives again.', 'mitigated'],
    ['Since you have confirmed the fix, the restriction has been removed.', 'mitigated'],
    ['Bitte beachten Sie, dass die Sperre innerhalb der nächsten Stunde aufgehoben wird.', 'mitigated'],
    ['Wir haben alle Angaben erhalten und werden die Sperre heute aufheben.', 'mitigated'],
  ],
  'words for lifting that tell of nobody who did it are no relief': [
    ['Решение о снятии блокировки принимает другой отдел.', 'other'],
    ['Удаление адреса из списка не предусмотрено.', 'denied'],
    ['Снятие блокировки в настоящее время невозможно.', 'denied'],
    ['Вопрос о снятии ограничения рассматривается.', 'acknowledged'],
    ['Ограничения сняты.', 'mitigated'],
    ['Pour débloquer votre serveur, il nous faut votre numéro de client.', 'needs-information'],
    ['Dites-nous quel client est concerné et nous débloquerons votre IP.', 'needs-information'],
    ['Nous avons débloqué votre serveur.', 'mitigated'],
    ['A suspensão do endereço continua em vigor.', 'denied'],
  ],
  'what shall not happen again, and what nothing can be done without': [
    ['I have put your range on our allow list, so this should not happen again.', 'mitigated'],
    ['Von welchem System stammen die Mails? Ohne diese Auskunft können wir nichts tun.', 'needs-information'],
  ],
  'refusals in a relief’s words': [
    ['Your ticket has been reviewed twice; both reviewers advise against taking the address off.', 'denied'],
    ['Wij gaan niet over tot verwijdering van uw adres.', 'denied'],
    ['我们无法将该地址移出黑名单。', 'denied'],
    ['We will only look at removal again in 30 days.', 'denied'],
    ['I am afraid the request to lift the block did not get through our review.', 'denied'],
    ['Die Freischaltung mussten wir leider wieder zurücknehmen.', 'denied'],
    ['Le retrait de la liste vous a été refusé en raison de nouvelles plaintes.', 'denied'],
    ['Po analizie zgłoszenia blokada adresu zostaje utrzymana.', 'denied'],
  ],
  'no reason to lift is a refusal, not an explanation that is kept back': [
    ['Wir sehen keinen Grund, die Sperre aufzuheben.', 'denied'],
    ['Es gibt keinen Grund für eine Freischaltung.', 'denied'],
    ['No hay motivo para retirar la restricción.', 'denied'],
    ['Wir nennen keine Gründe.', 'refused-to-explain'],
  ],
  'what was set again after a time is back': [
    ['The entry was lifted for a day and then set again since spam arrived.', 'denied'],
    ['The block was lifted and we will not set it again.', 'mitigated'],
  ],
  'plain refusals, and plainly nothing': [
    ['Under no circumstances will this range be delisted.', 'denied'],
    ['No levantaremos el bloqueo mientras haya spam.', 'denied'],
    ['Bei uns ist nichts gesperrt.', 'not-blocked'],
    ['Rien n’est bloqué de notre côté.', 'not-blocked'],
  ],
  'what new spam would lead to was not done': [
    [
      'Wir haben die Adresse unter Vorbehalt freigegeben, bei neuem Spam sperren wir sie wieder.',
      'conditionally-mitigated',
    ],
  ],
  'whoever checks whether it can be lifted is at it': [
    ['Ich prüfe, ob die Sperre aufgehoben werden kann.', 'acknowledged'],
    ['Je vérifie si le blocage peut être levé.', 'acknowledged'],
  ],
  'what stands in an if-clause or is asked for is no finding': [
    ['Write again if the address is still listed. Nothing was found today.', 'not-blocked'],
    ['I will see whether the entry can go or has to stay.', 'acknowledged'],
    [
      'We have requested the filter group to get your host unblocked. I will tell you what they answer.',
      'acknowledged',
    ],
    ['Your case waits for a technician. Falls die Sperre bestehen bleibt, melden wir uns.', 'acknowledged'],
    ['Nous examinons votre dossier. Si le blocage est maintenu, nous vous écrirons.', 'acknowledged'],
  ],
  'a rule is no act': [
    ['Nobody reads this address. Hosts entered on the form are delisted once they pass.', 'other'],
    ['Normally it would be lifted at once, but after five rounds we keep it for two weeks.', 'denied'],
    ['We could delist this if you were the holder of the range. You are not.', 'denied'],
  ],
  'relief in the pluperfect is over': [
    [
      'La restriction avait été levée en mai ; elle a été réactivée à la suite de nouvelles plaintes.',
      'denied',
    ],
    ['Wir hatten die Adresse im Mai gestrichen. Sie ist nun wieder gelistet.', 'denied'],
    ['The block had been removed in May. It is back on our list.', 'denied'],
  ],
  'who can not do it alone passes it on': [
    ['I can not lift blocks myself. I handed your request on to the filter group.', 'acknowledged'],
  ],
  'what others will do is not done here': [
    ['As soon as the source lists drop your domain, it gets removed automatically here as well.', 'other'],
    ['Thank you for the report. We do not manage the sources; please contact the source directly.', 'other'],
  ],
  'the address that we asked about decides': [
    [
      'We delisted 192.0.2.8 and 192.0.2.9. 192.0.2.7, the one you asked about, is not going to be delisted.',
      'denied',
    ],
  ],
  'to let them know whether it works hangs nothing on it': [
    ['Tell me whether it works now, I took you off the list.', 'mitigated'],
  ],
  'who needs to check are they': [
    ['We have to run some more checks before we can take the domain out.', 'acknowledged'],
  ],
  'names of hosts and domains are what is lifted, words of mail addresses say nothing': [
    ['mail.example.org, example.net & www.example.com were removed.', 'mitigated'],
    ['For later questions: abuse-continues@example.org. We received your request.', 'acknowledged'],
  ],
  'whose mail is refused is told, not that a request is': [
    ['The host is rejected by the rules of the tenant, not by our service.', 'not-blocked'],
    ['Neither our gateways nor our filters have rejected anything from you.', 'not-blocked'],
  ],
  'a rule for all in a receipt is no act': [
    ['Your case was queued. Eligible hosts are taken off the list the same day.', 'acknowledged'],
  ],
  'what other lists did is told of others': [
    ['SORBS removed your host some days ago. That list is not ours.', 'other'],
    ['Your host was removed from other lists. On ours the listing is unaffected.', 'denied'],
    ['Die Nachrichten wurden abgelehnt vom Server des Kunden. Ihre Mails nehmen wir an.', 'not-blocked'],
  ],
  'what we wrote is not what they say': [
    ['You wrote that the block was lifted. It is still active and will be until Friday.', 'denied'],
    ['You asked when the host will be unblocked. The review is not complete.', 'acknowledged'],
  ],
  'a legend and a state that is open are no results': [
    ['Ticket 4711001 is open. Potential results: Delisted, Not delisted, Denied.', 'acknowledged'],
    ['Address: 192.0.2.7\nDecision: pending', 'acknowledged'],
    ['Address: 192.0.2.7\nStatus now: lifted', 'mitigated'],
  ],
  'an earlier refusal that was wrong is none': [
    ['Your first case should not have been rejected. I reversed it and cleared the host.', 'mitigated'],
  ],
  'relief of a month long past is over': [
    ['Blokadę zdjęto warunkowo w maju. Teraz obowiązuje ponownie.', 'denied'],
    ['O bloqueio foi removido em maio, mas o IP foi novamente bloqueado.', 'denied'],
  ],
  'a reply as JSON is its newest message, or its lines': [
    ['["Hello,", "the listing was removed.", "Regards"]', 'mitigated'],
    [
      '[{"created_at":"2026-11-20T10:00:00Z","body":"Your request was declined."},{"created_at":"2026-11-24T10:00:00Z","body":"The block has been lifted."}]',
      'mitigated',
    ],
    ['{"ticket":{"id":1},"message":{"body":"We received your request."}}', 'acknowledged'],
  ],
  'a noun is no act': [
    ["La levée de la restriction n'a pas été accordée.", 'denied'],
    ['Die Entsperrung, um die Sie baten, wurde nicht genehmigt.', 'denied'],
  ],
  'relief that was given several times is over': [
    ['We delisted the host twice in a month. Not a third time.', 'denied'],
  ],
  'what comes off once something is known has not come off': [
    [
      'Once the owner has told us that the script is gone, the range comes off. We received your mail.',
      'acknowledged',
    ],
  ],
  'of two addresses ours is told by "yours"': [
    ['The neighbouring 192.0.2.20 was cleared. Yours, 192.0.2.21, remains listed.', 'denied'],
  ],
  'an address of theirs that is not used any more is no listing': [
    ['This mailbox is no longer in use. Please contact our support by the form.', 'other'],
  ],
  'a thank-you alone says the least': [
    ['Thank you for your mail. Please ask the administrator of the recipient.', 'other'],
  ],
  'a full stop behind the day of a month ends no sentence': [
    ['Probeweise lassen wir den Server bis zum 15. Dezember wieder zu.', 'conditionally-mitigated'],
  ],
  'what would be asked for in an if-clause is not asked for': [
    ['Your case was queued. We will write if we need more information.', 'acknowledged'],
    ['Wir untersuchen das. Sie hören nur von uns, wenn wir noch Angaben benötigen.', 'acknowledged'],
  ],
  'what follows "otherwise" is supposed': [
    ['Entries go when the sending has stopped, otherwise they stay. Yours is in the queue.', 'acknowledged'],
  ],
  '"you provided" is no condition': [['The address you provided is not on our list.', 'not-blocked']],
  'who refuses until something gets better refuses, however thankful': [
    ['Thank you for writing. We can not unblock the host until its complaint rate drops.', 'denied'],
  ],
  'a warning is no withdrawal': [
    ['We put a mitigation in place. Keep complaints low, else the mitigation will be reversed.', 'mitigated'],
    ['We read your removal request, and the host has been removed.', 'mitigated'],
  ],
  'who takes action where it is warranted has not decided': [
    ['We received your report. We will take action where it is warranted.', 'acknowledged'],
  ],
  'a limit alone is no relief': [['Keep below 500 messages per hour.', 'other']],
  'a link that expires is no entry that did': [
    ['Cliquez sur le lien pour confirmer la demande. Le lien expire demain.', 'needs-information'],
  ],
  'who can not be considered is not "not listed"': [
    ['Uw adres komt niet in aanmerking voor versoepeling.', 'denied'],
    ['Solange der Dienst offen ist, können wir nichts für Sie tun.', 'denied'],
  ],
  'a case that ends because nobody answered says nothing of the block': [
    ['Having heard nothing, we assume that the problem no longer exists, and end our work here.', 'closed'],
  ],
  'words that no reader is shown say nothing': [
    ['<p>The block was lifted.</p><div style="display: none">not qualified</div>', 'mitigated'],
  ],
  'what is passed to others is not what is done here': [
    ['I took this to the abuse team. They are leaving the rate limit where it is.', 'denied'],
  ],
  'a result beside its label is one': [
    ['192.0.2.7\nStatus: unblocked\n192.0.2.8\nStatus: not qualified', 'mitigated'],
    ['192.0.2.8\nResult: not qualified\n192.0.2.7\nResult: unblocked', 'denied'],
  ],
  'an earlier listing that was removed is over': [
    ['Your previous listing was removed on 3 May. This time we keep it.', 'denied'],
  ],
  'a refusal goes no further than its clause': [
    ['Die Adressen erfüllen die Kriterien nicht und sind daher gesperrt.', 'denied'],
  ],
  'who accepts mail from some only refuses ours': [
    ['We accept mail from this host only after its web site names who runs it.', 'denied'],
  ],
  'a message that was refused is none of their refusals': [
    ['I would need the headers of a message that was refused.', 'needs-information'],
  ],
  'not taken off the list is not "not on the list"': [
    ['Die Adresse kann zurzeit nicht aus der Liste entfernt werden.', 'denied'],
  ],
  'what somebody is to confirm is no fact': [
    ['Please have your provider confirm to us that the problem was dealt with.', 'needs-information'],
  ],
  'what is disabled is not lifted, unless it is the block': [
    ['We are sorry, but further resets for 192.0.2.7 are disabled.', 'denied'],
    ['The rule that caught you was disabled.', 'mitigated'],
  ],
  'no longer blocked as of now was ended by them': [
    ['Die IP-Adresse wurde von uns geprüft und ist ab sofort nicht mehr gesperrt.', 'mitigated'],
    ['Die IP-Adresse ist nicht mehr gesperrt.', 'not-blocked'],
  ],
  '"as usual" at the end is no rule': [
    ['Seu IP foi desbloqueado e já pode enviar normalmente.', 'mitigated'],
  ],
  'what is done for a kind of addresses is a rule': [
    ['Hosts in that list are removed on request of their provider. You are not the provider.', 'other'],
    ['Nous débloquons les adresses dont les plaintes ont cessé. Rien ne change pour la vôtre.', 'denied'],
  ],
  'relief that was put back is over': [
    ['Your throttle was eased on Monday; complaints doubled; we have put it back where it was.', 'denied'],
    ['De versoepeling van maart is ingetrokken.', 'denied'],
    ["L'autorisation accordée hier a été retirée.", 'denied'],
  ],
  'a notice sent by mistake is none': [
    ['The note that the host was unblocked was sent by mistake. Its status is: blocked.', 'denied'],
  ],
  'what our provider told them is not what they found': [
    ['Your provider tells us that the problem is fixed. The listing stays.', 'denied'],
  ],
  'a bare "no" refuses': [
    ['No.\n\nThe desk', 'denied'],
    ['No block was found.', 'not-blocked'],
  ],
  'a receipt that names what was asked for is no relief': [
    ['Your removal request has been recorded.', 'acknowledged'],
    ['Your appeal was accepted and is under review.', 'acknowledged'],
    ['Your exception request has been added to our queue.', 'acknowledged'],
    ['We have set the priority of your request to normal.', 'other'],
    ['We sent your delisting request through to the abuse team.', 'acknowledged'],
    ['Nous confirmons la réception de votre demande.', 'acknowledged'],
    ['Le délai de prise en compte de votre demande est de deux jours.', 'acknowledged'],
    ['La respuesta puede tardar, atendemos todos los casos.', 'other'],
  ],
  'how requests are handled, and what is accepted at most, is no act': [
    ['All delisting requests go through the form on our web site.', 'other'],
    ['Mail is only accepted from hosts with a valid PTR record.', 'other'],
    ['We accept up to 100 messages per connection.', 'other'],
    ['Requests for removal are processed automatically.', 'other'],
    ['Only hosts with a valid PTR record are allowed to send mail from their own network.', 'other'],
    ['Blocks are lifted automatically after 24 hours without spam.', 'denied'],
  ],
  'what we or others are to do was not done': [
    ['After you have found and fixed the cause, please send us a new request.', 'needs-information'],
    ['Please send one message as a test, with its full headers.', 'needs-information'],
    ['Por favor, explíquenos cómo ha corregido el problema.', 'needs-information'],
  ],
  'that we mended it is to be confirmed, or thanked for, and lifts nothing': [
    ['Bitte bestätigen Sie, dass das Problem behoben wurde.', 'needs-information'],
    ['Vielen Dank, dass Sie den Fehler behoben haben. Wir prüfen nun Ihren Antrag.', 'acknowledged'],
    ['Veuillez confirmer que le problème a été corrigé.', 'needs-information'],
    ['Confirme que el problema se ha corregido.', 'needs-information'],
    ['Por favor, confirme que o problema foi resolvido.', 'needs-information'],
    ['Nadat u het probleem heeft hersteld, kunt u opnieuw een verzoek indienen.', 'other'],
    ['Votre demande de déblocage a été enregistrée.', 'acknowledged'],
    ['Lo sblocco viene effettuato dopo la verifica.', 'other'],
  ],
  'a desk that has two questions makes no survey': [
    ['Two questions: which list do you mail to, and since when?', 'needs-information'],
    ['Before we can delist your IP, please tell us what you did to stop the spam.', 'needs-information'],
  ],
  'where nobody can answer, or mail is refused, no request is': [
    ['Hemos recibido su solicitud. No es posible responder a este correo.', 'acknowledged'],
    [
      'Abbiamo ricevuto la sua richiesta. Non è possibile rispondere a ogni singolo messaggio.',
      'acknowledged',
    ],
    ['Recebemos o seu pedido. Não é possível responder a este e-mail.', 'acknowledged'],
    ['Wij onderzoeken waarom uw e-mails worden geweigerd.', 'acknowledged'],
  ],
  'who watches the traffic has not lifted anything': [
    ['Your ticket stays open while we monitor the traffic.', 'acknowledged'],
  ],
  'what is not yet, or is to be set by somebody else, is no relief in Japanese': [
    ['ブロックは解除されておりません。', 'other'],
    ['受信者様側で許可設定をお願いいたします。', 'needs-information'],
    ['お問い合わせを承りました。現在、調査を継続しております。', 'acknowledged'],
  ],
  'what most listings do is told in a receipt, and a final notice is no final decision': [
    ['We received your mail. Most listings are removed automatically once the spam stops.', 'acknowledged'],
    ["This is a final notice that ticket 55002 will be closed, as you didn't respond.", 'closed'],
  ],
  'a refusal does not leap into the clause that lifts the block': [
    ['Su IP ya no se encuentra bloqueada, hemos retirado la restricción esta mañana.', 'mitigated'],
  ],
  'an attachment, a link or an office that is removed, runs out or is closed is no block': [
    ['We have removed the attachment from your message for security reasons.', 'other'],
    ['Wir haben den Anhang aus Sicherheitsgründen entfernt.', 'other'],
    ['Der Link ist abgelaufen.', 'other'],
    ['Vos données seront supprimées à la fin du dossier.', 'other'],
    ["L'allegato è stato rimosso per motivi di sicurezza.", 'other'],
    ['Uw ticket blijft open.', 'acknowledged'],
  ],
  'where a removal is refused, nobody says that nothing is listed': [
    ['Il vostro indirizzo non può essere rimosso dalla lista.', 'denied'],
    ['O seu endereço não pode ser removido da lista.', 'denied'],
    ['Adresa dumneavoastră nu poate fi eliminată din listă.', 'denied'],
  ],
  'a negation governs its whole clause': [
    ['At no time was your address taken off the list.', 'denied'],
    ['Zu keinem Zeitpunkt wurde Ihre Adresse von der Liste genommen.', 'denied'],
    ['Our list knows no such address: we took it off this morning.', 'mitigated'],
  ],
  'what somebody says goes on behind a clause of its own': [
    ['As you write, the issue is resolved. From here it is not: the listing stays.', 'denied'],
  ],
  'who asks what we can provide hangs nothing on it': [
    ['We would appreciate it if you could provide more information on the errors.', 'needs-information'],
  ],
  'who keeps somebody posted keeps nobody on a list': [
    ["Your case was forwarded to the engineers. I'll keep you posted on any progress.", 'acknowledged'],
  ],
  'a filter that drops mail, or is made stricter, lifts nothing': [
    ['Our filter dropped it because of the link.', 'other'],
    ['Filters were updated and now catch your newsletter.', 'other'],
    ['We have updated our filters to catch such mail.', 'other'],
  ],
  'complaints and addresses that come back are no relief': [
    ['Complaints came in again yesterday.', 'other'],
    ['La IP vuelve a entrar en nuestra lista.', 'denied'],
    ["L'indirizzo è stato sospeso.", 'other'],
  ],
  'a wait or good advice beside relief takes nothing back': [
    ['Your address has been delisted. Please wait 24 hours before you test.', 'mitigated'],
    ['The block was lifted. Please keep complaints below the threshold.', 'mitigated'],
    ['The message was classified as spam. We removed the block.', 'mitigated'],
    ['Die Sperre wurde aufgehoben. Besteht das Problem weiterhin, melden Sie sich bitte.', 'mitigated'],
    ['Die Sperre wurde aufgehoben, Sie müssen nichts weiter tun.', 'mitigated'],
    ['IPs 192.0.2.7 and 192.0.2.9 are now delisted.', 'mitigated'],
    ['We have checked this and can confirm that the block has been removed.', 'mitigated'],
    ['We have applied a mitigation to your IP address.', 'mitigated'],
  ],
  'a refusal in other words is not "no block"': [
    ['No delisting possible due to continued spam.', 'denied'],
    ['We are not seeing any improvement in the traffic.', 'denied'],
    ['Your reputation changed from neutral to poor.', 'denied'],
  ],
  '"not only" negates nothing': [
    ['Not only did we remove the listing, we also reset the reputation of your range.', 'mitigated'],
    ['Nicht nur haben wir die Sperre aufgehoben, Ihr Server steht auch auf der Whitelist.', 'mitigated'],
    ['Non solo abbiamo rimosso il blocco, ma abbiamo anche azzerato la reputazione.', 'mitigated'],
    ['No solo hemos eliminado el bloqueo, también hemos restablecido su reputación.', 'mitigated'],
    ['Not only is spam still arriving, your request was refused before.', 'denied'],
  ],
  'a limit that stays beside relief restricts it, and alone it stays': [
    ['We have raised the limit, but the address remains rate limited.', 'conditionally-mitigated'],
    ['Wir haben die Sperre aufgehoben, die Adresse bleibt aber gedrosselt.', 'conditionally-mitigated'],
    ['Your address remains rate limited.', 'denied'],
  ],
  'a line with the result behind it': [
    ['Delisting request for 203.0.113.7: successful.', 'mitigated'],
    ['Delisting request for 203.0.113.7: unsuccessful.', 'denied'],
    ['Antrag auf Entsperrung von 203.0.113.7: bewilligt.', 'mitigated'],
    ['Demande de retrait pour 203.0.113.7 : refusée.', 'denied'],
  ],
  'who found nothing so far and asks, waits for us': [
    [
      'We could not find any rejections from you in our logs. Which IP address do you use?',
      'needs-information',
    ],
    ['I see no block. Could you please tell us which IP is affected?', 'needs-information'],
    ['Wir finden keine Ablehnungen. Um welche IP-Adresse geht es?', 'needs-information'],
    ['No vemos ningún bloqueo. ¿Nos puede indicar la IP?', 'needs-information'],
    ['We see no block. If mail is refused again, please send us the error.', 'not-blocked'],
  ],
  'an entry of which none is removed is there': [
    ['Kein Eintrag wird vor Ablauf der Frist entfernt.', 'denied'],
    ['Es wird kein Eintrag vor Ablauf der Frist gelöscht.', 'denied'],
    ['No entry is removed before it has expired.', 'denied'],
    ["Aucune inscription n'est supprimée avant son terme.", 'denied'],
    ['Kein Eintrag vorhanden.', 'not-blocked'],
  ],
  'what they tell us that we wrote is not said by them': [
    ['You wrote that the entry was removed after the meeting.', 'other'],
    ['You say that you have been delisted by us.', 'other'],
    ['Wir benötigen noch einen Nachweis, dass das Problem behoben wurde.', 'needs-information'],
    ['Although we unblocked you last week, new complaints have led us to restore the block.', 'denied'],
    ['The entry was to be removed; it was due to be deleted in May.', 'other'],
  ],
  'a request that came in, a second look and what is done as a rule lift nothing': [
    ['We received a delisting request for 192.0.2.58 from this address.', 'acknowledged'],
    ['Your submission is here, a member of our team will go through it.', 'acknowledged'],
    ['Your appeal has been granted a further review.', 'other'],
    ['Submissions are reviewed by volunteers. Removal is done if the data support it.', 'acknowledged'],
    [
      'The listing will be removed soon. To complete, click the link to confirm your address.',
      'needs-information',
    ],
  ],
};

for (const [cause, answers] of Object.entries(CAUSES))
  t.test(cause, async (t) => {
    for (const [text, verdict] of answers) t.equal(verdictOf(text), verdict, text);
  });

t.test('what is supposed ends with its clause', async (t) => {
  const book = readPhraseBooks().find(({ language }) => language === 'en');
  const spans = (text: string) => (book ? supposedIn(tokensOf(text), clauseEnds(text), book) : []);
  t.strictSame(spans('If it is listed, we remove it'), [{ start: 0, end: 4 }]);
  t.strictSame(spans('Tell us whether it works'), [{ start: 2, end: 5 }]);
  t.strictSame(spans('We looked whether it is listed and found nothing'), [{ start: 2, end: 6 }]);
  t.strictSame(spans('It is not listed'), []);
});

t.test('relief, refusal, receipt and no block are told in each language', async (t) => {
  for (const [text, verdict] of [
    ['Dobrý den, záznam pro váš server byl ze seznamu vymazán.', 'mitigated'],
    ['Dobrý den, bohužel adresu odblokovat nemůžeme, stížnosti trvají.', 'denied'],
    ['Dobrý den, váš dotaz jsme obdrželi a předali technikům.', 'acknowledged'],
    ['Dobrý den, tato adresa u nás není blokována.', 'not-blocked'],
    ['Dobrý den, zašlete nám prosím přesný čas a text chyby.', 'needs-information'],
    ['Dobrý den, pokud se chyba potvrdí, bude blokace zrušena. Zatím ji prověřujeme.', 'acknowledged'],
    ['Dobrý deň, váš server bol z nášho zoznamu vyradený.', 'mitigated'],
    ['Dobrý deň, adresu nemôžeme odblokovať, sťažnosti pretrvávajú.', 'denied'],
    ['Hej, spärren för er server har hävts.', 'mitigated'],
    ['Hej, vi kan inte ta bort spärren, det kommer fortfarande klagomål.', 'denied'],
    ['Hej, vi ser ingen spärr för er adress hos oss.', 'not-blocked'],
    ['Hej, spærringen af jeres server er ophævet.', 'mitigated'],
    ['Hej, vi kan desværre ikke ophæve spærringen.', 'denied'],
    ['Hei, blokkeringen er opphevet.', 'mitigated'],
    ['Hei, vi har mottatt henvendelsen og kommer tilbake til deg.', 'acknowledged'],
    ['Hei, esto on purettu ja viestit kulkevat taas.', 'mitigated'],
    ['Hei, emme voi purkaa estoa, koska roskapostia tulee edelleen.', 'denied'],
    ['Tisztelt Ügyfelünk! A tiltást feloldottuk.', 'mitigated'],
    ['Tisztelt Ügyfelünk! Kérelmét elutasítjuk, a címről továbbra is spam érkezik.', 'denied'],
    ['Bună ziua, adresa a fost deblocată.', 'mitigated'],
    ['Bună ziua, nu putem debloca adresa, primim în continuare plângeri.', 'denied'],
    ['Merhaba, IP adresinizdeki engel kaldırılmıştır.', 'mitigated'],
    ['Merhaba, talebiniz alınmıştır, en kısa sürede dönüş yapılacaktır.', 'acknowledged'],
  ] as const)
    t.equal(verdictOf(text), verdict, text);
});

t.test('what is not clear is said to be so, with the sentence that speaks against it', async (t) => {
  const read = (text: string) => classifyReply({ text }, { catalogue });
  t.match(read('We lifted the block on 192.0.2.1. Your request was declined.'), {
    verdict: 'denied',
    confidence: 0.45,
    quote: 'Your request was declined.',
    against: 'We lifted the block on 192.0.2.1.',
  });
  t.match(read('The block was lifted.'), { verdict: 'mitigated', confidence: 0.9, against: null });
  t.match(read('Best wishes to all of you.'), {
    verdict: 'other',
    confidence: 0.1,
    quote: null,
    against: null,
  });
});
