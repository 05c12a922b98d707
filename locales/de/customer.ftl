### What the customer's pages say of their own, in German, with the polite Sie.

language-label = Sprache

## First step
answer-title = Wie war unser Service?
about = { $service } am { $date }.
about-with = { $service } am { $date }, mit { $people }.
names-next = { $names }, { $name }
names-last = { $names } und { $name }
duration = Es dauert etwa eine halbe Minute.
preselected = In unserer Mail haben Sie { $score } gewählt. Sie können das hier ändern.
send-answer = Antwort senden
honeypot = Bitte leer lassen

## Second step
more-title = Vielen Dank, Ihre Antwort ist bei uns
more-lead = Wenn Sie mögen, erzählen Sie uns noch etwas mehr. Lassen Sie einfach weg, was Sie nicht beantworten möchten.
no-answer = Keine Angabe
comment = Gibt es etwas, das wir wissen sollten?
comment-hint = Wenn Sie mögen. Bitte schreiben Sie nichts über Gesundheit und andere private Dinge.
call-me = Bitte rufen Sie mich deswegen an
send = Senden
choose-shown = Wählen Sie eine der angebotenen Antworten.
yes = Ja
no = Nein
call-when = Wann passt es Ihnen am besten?
call-morning = Vormittag
call-midday = Mittag
call-afternoon = Nachmittag
call-evening = Abend
call-number = Ihre Nummer, falls es eine andere ist als sonst
call-number-wrong = Bitte schreiben Sie eine Telefonnummer, zum Beispiel 030 23125 014.
changeable-until = Ändern können Sie Ihre Antwort noch bis { $until }.

## Mistakes
error-title = Bitte sehen Sie sich das noch einmal an
error-prefix = Bitte korrigieren:
choose = Bitte wählen Sie eine Zahl.
choose-between = Bitte wählen Sie eine Zahl von { $min } bis { $max }.
comment-too-long = Bitte kürzen Sie Ihren Kommentar auf { $max } Zeichen. Jetzt sind es { $count }.
form-expired = Diese Seite war lange geöffnet. Es wurde noch nichts gespeichert: Bitte senden Sie Ihre Antwort noch einmal ab.
form-changed = Dieses Formular enthielt eine Frage, die wir nicht stellen. Es wurde noch nichts gespeichert: Bitte sehen Sie es noch einmal an und senden Sie es ab.

## After sending
thanks-title = Vielen Dank
thanks-text = Ihre Antwort ist bei uns.
thanks-call = Sie möchten angerufen werden. Jemand aus unserem Büro wird sich bei Ihnen melden.
given = Das haben Sie uns gesagt
of = { $value } von { $max }
quoted = „{ $text }“
change = Antwort ändern
change-until = Möglich bis { $until }. Danach bleibt sie, wie sie ist.
stands = Ändern können Sie sie nicht mehr. Ihre Antwort bleibt, wie sie ist.
tell-others = Wenn Sie mögen, erzählen Sie anderen davon

## Nothing to answer
kept-title = Wir konnten Ihre Antwort gerade nicht speichern
kept-text = Nichts, was Sie eingegeben haben, ist verloren: Es steht alles auf dieser Seite. Bitte warten Sie einen Moment und senden Sie es dann noch einmal.
kept-again = Noch einmal senden
closed-title = Diese Umfrage ist beendet
closed-text = Die Zeit zum Antworten ist vorbei, hier lässt sich nichts mehr absenden. Wenn noch etwas nicht in Ordnung ist, sagen Sie es uns bitte direkt.
unknown-title = Dieser Link führt nirgendwohin
unknown-text = Vielleicht ging beim Kopieren ein Teil verloren, oder er gilt nicht mehr. Bitte öffnen Sie den Link in unserer letzten Mail noch einmal.

## Cards
code-title = Geben Sie den Code von Ihrer Karte ein
code-lead = Er steht auf der Karte: zehn Buchstaben und Ziffern. Großschreibung, Leerzeichen und Striche sind nicht wichtig.
code-label = Ihr Code
code-wrong = Diesen Code kennen wir nicht. Bitte sehen Sie noch einmal auf die Karte: Er hat zehn Buchstaben und Ziffern, zum Beispiel K7QM-2XB9-4T. Eine Karte gilt nur eine begrenzte Zeit.
code-go = Weiter
card-title = Sagen Sie uns, wie es war
card-how = Scannen Sie das Muster, oder öffnen Sie { $address } und geben Sie diesen Code ein:
card-until = Die Karte gilt bis { $date }.

## Stopping the mails
stop-title = Diese Mails abbestellen?
stop-text = { $organisation } fragt Sie dann nicht mehr, wie der Service war, weder per Mail noch am Telefon. Mails zu Ihren Aufträgen und Terminen bleiben davon unberührt.
stop-nothing-yet = Bis jetzt wurde nichts geändert. Dazu braucht es den Knopf.
stop-button = Mails abbestellen
stopped-title = Wir fragen Sie nicht mehr
stopped-text = { $organisation } fragt Sie nicht mehr, wie der Service war, weder per Mail noch am Telefon. Eine Antwort, die Sie schon gesendet haben, bleibt bestehen.

## At the foot of a page
why = Sie erhalten dies, weil { $organisation } für Sie tätig war. Ihre Antwort wird dort gelesen, um den Service zu verbessern; sie zählt auch in der Bewertung derer, die für Sie da waren.
stop-link = Diese Mails abbestellen
privacy-link = Was mit meiner Antwort geschieht
imprint-link = Impressum

## Privacy; a blank line begins a paragraph
privacy-title = Was mit Ihrer Antwort geschieht
privacy-responsible-title = Wer verantwortlich ist
privacy-responsible = { $organisation } fragt Sie und bewahrt Ihre Antwort auf. Die Anschrift finden Sie am Ende dieser Seite. { $organisation } betreibt dieses Programm selbst.
privacy-stored-title = Was gespeichert wird
privacy-stored =
    Zum Service: was gemacht wurde, wann, von wem und wie Sie zu erreichen sind, so wie { $organisation } es für die Arbeit festgehalten hat. Was hilft, gut für Sie da zu sein, etwa wo man klingelt, kann für höchstens zwei Jahre notiert sein.

    Zur Umfrage: wann Sie gefragt wurden und ob die Mail ankam. Dass ein Link geöffnet wurde, wird 30 Tage lang ohne Ihre Internetadresse aufbewahrt, um Mailfilter von Menschen zu unterscheiden. Es gilt nie als Antwort und zählt in keiner Bewertung.

    Von Ihnen: die Zahlen, die Sie wählen, Ihr Kommentar, wenn Sie einen schreiben, und ob, wann und unter welcher Nummer Sie angerufen werden möchten. Ändern Sie eine Antwort, bleiben auch ihre früheren Fassungen gespeichert.
privacy-use-title = Wofür es verwendet wird
privacy-use =
    Um in Ordnung zu bringen, was schiefging, und um zu sehen, wo der Service besser werden sollte.

    Ihre Zahlen zählen auch in der Bewertung der Beschäftigten, die für Sie da waren. Eine Bewertung entsteht aus vielen Antworten. Was aus ihr folgt, entscheiden Menschen, nie das Programm.
privacy-readers-title = Wer es sieht
privacy-readers =
    Menschen bei { $organisation }, die es für diese Arbeit brauchen. Wenn Sie angerufen werden möchten, auch die Person, die Sie anruft.

    Weder die Mails noch diese Seiten enthalten einen Zählpixel, und diese Seiten laden nichts von Dritten.
privacy-time-title = Wie lange
privacy-time =
    Der Link in der Mail gilt { $days ->
        [one] einen Tag
       *[other] { $days } Tage
    }. Wie lange Ihre Antwort danach aufbewahrt wird, legt { $organisation } fest und sagt es Ihnen auf Anfrage.

    Wenn Sie die Mails abbestellen, wird dieser Wunsch gespeichert, denn sonst ließe er sich nicht beachten.
privacy-rights-title = Ihre Rechte
privacy-rights =
    Ob Sie antworten, entscheiden Sie. Wenn Sie nicht antworten, hat das für Sie keine Folgen.

    Sie können von { $organisation } erfahren, was über Sie gespeichert ist, es berichtigen oder löschen lassen, seine Verwendung einschränken lassen, eine Kopie erhalten, eine Einwilligung widerrufen und der Verwendung widersprechen. Sie können sich auch bei einer Datenschutzbehörde beschweren.

    In jeder Mail steht ein Link, mit dem Sie diese Mails abbestellen.

## On the phone
phone-hello = Guten Tag, { $customer }, hier ist { $organisation }.
phone-hello-unnamed = Guten Tag, hier ist { $organisation }.
phone-ask = Darf ich Ihnen dazu ein paar kurze Fragen stellen? Es dauert zwei Minuten.
phone-service = Sie haben uns dazu etwas gesagt, und wir möchten in Ordnung bringen, was nicht gut war. Haben Sie einen Moment?
