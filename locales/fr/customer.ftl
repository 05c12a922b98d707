### What the customer's pages say of their own, in French, with the polite vous. The spaces before : ; ? and inside
### « » do not break (U+00A0).

language-label = Langue

## First step
answer-title = Qu’avez-vous pensé de notre service ?
about = { $service }, le { $date }.
about-with = { $service }, le { $date }, avec { $people }.
names-next = { $names }, { $name }
names-last = { $names } et { $name }
duration = Cela prend environ une demi-minute.
preselected = Vous avez choisi { $score } dans notre message. Vous pouvez changer de note ici.
send-answer = Envoyer ma réponse
honeypot = Laissez ce champ vide

## Second step
more-title = Merci, nous avons bien reçu votre réponse
more-lead = Si vous le souhaitez, dites-nous-en un peu plus. Laissez de côté les questions auxquelles vous ne voulez pas répondre.
no-answer = Sans réponse
comment = Y a-t-il quelque chose que nous devrions savoir ?
comment-hint = Si vous le souhaitez. Merci de ne rien écrire sur votre santé ni sur d’autres sujets privés.
call-me = Veuillez me rappeler à ce sujet
send = Envoyer
choose-shown = Choisissez l’une des réponses proposées.
yes = Oui
no = Non
call-when = Quel moment vous convient le mieux ?
call-morning = Matin
call-midday = Midi
call-afternoon = Après-midi
call-evening = Soir
call-number = Votre numéro, s’il est différent de d’habitude
call-number-wrong = Veuillez écrire un numéro de téléphone, par exemple 01 99 00 12 34.
changeable-until = Vous pouvez modifier votre réponse jusqu’au { $until }.

## Mistakes
error-title = Veuillez revoir ce qui suit
error-prefix = À corriger :
choose = Veuillez choisir une note.
choose-between = Veuillez choisir une note de { $min } à { $max }.
comment-too-long =
    Veuillez raccourcir votre commentaire à { $max ->
        [one] { $max } caractère
       *[other] { $max } caractères
    }. Il en compte { $count } actuellement.
form-expired = Cette page est restée ouverte longtemps. Rien n’a encore été enregistré : veuillez envoyer votre réponse une nouvelle fois.
form-changed = Ce formulaire contenait une question que nous ne posons pas. Rien n’a encore été enregistré : veuillez le revoir et l’envoyer.

## After sending
thanks-title = Merci
thanks-text = Nous avons bien reçu votre réponse.
thanks-call = Vous avez demandé un appel. Quelqu’un de notre bureau vous téléphonera.
given = Ce que vous nous avez dit
of = { $value } sur { $max }
quoted = « { $text } »
change = Modifier ma réponse
change-until = Possible jusqu’au { $until }. Ensuite, elle reste telle quelle.
stands = Le délai de modification est écoulé. Votre réponse reste telle quelle.
tell-others = Si vous le souhaitez, dites aux autres comment cela s’est passé

## Nothing to answer
kept-title = Nous n’avons pas pu enregistrer votre réponse
kept-text = Rien de ce que vous avez saisi n’est perdu : tout est sur cette page. Veuillez patienter un instant, puis l’envoyer de nouveau.
kept-again = Envoyer de nouveau
closed-title = Cette enquête est terminée
closed-text = Le délai de réponse est écoulé, plus rien ne peut être envoyé ici. S’il reste un problème, veuillez nous en parler directement.
unknown-title = Ce lien ne mène nulle part
unknown-text = Une partie s’est peut-être perdue lors de la copie, ou il n’est plus valable. Veuillez ouvrir de nouveau le lien de notre dernier message.

## Cards
code-title = Saisissez le code de votre carte
code-lead = Il figure sur la carte : dix lettres et chiffres. Les majuscules, les espaces et les tirets n’ont pas d’importance.
code-label = Votre code
code-wrong = Nous ne connaissons pas ce code. Veuillez regarder encore une fois la carte : il a dix lettres et chiffres, par exemple K7QM-2XB9-4T. Une carte n’est valable qu’un certain temps.
code-go = Continuer
card-title = Dites-nous comment cela s’est passé
card-how = Scannez le motif, ou ouvrez { $address } et saisissez ce code :
card-until = La carte est valable jusqu’au { $date }.

## Stopping the mails
stop-title = Ne plus recevoir ces messages ?
stop-text = { $organisation } ne vous demandera plus ce que vous avez pensé du service, ni par courriel ni par téléphone. Les messages sur vos commandes et vos rendez-vous ne sont pas concernés.
stop-nothing-yet = Rien n’a changé pour l’instant. Il faut appuyer sur le bouton.
stop-button = Ne plus recevoir ces messages
stopped-title = Nous ne vous demanderons plus rien
stopped-text = { $organisation } ne vous demandera plus ce que vous avez pensé du service, ni par courriel ni par téléphone. Une réponse déjà envoyée reste telle quelle.

## At the foot of a page
why = Vous recevez ceci parce que { $organisation } a travaillé pour vous. Votre réponse y est lue pour améliorer le service ; elle compte aussi dans l’évaluation des personnes qui se sont occupées de vous.
stop-link = Ne plus recevoir ces messages
privacy-link = Ce que devient ma réponse
imprint-link = Mentions légales

## Privacy; a blank line begins a paragraph
privacy-title = Ce que devient votre réponse
privacy-responsible-title = Qui est responsable
privacy-responsible = { $organisation } vous interroge et conserve votre réponse. Son adresse figure au bas de cette page. Ce programme est exploité directement par { $organisation }.
privacy-stored-title = Ce qui est enregistré
privacy-stored =
    Sur la prestation : ce qui a été fait, quand, par qui et comment vous joindre, tel que { $organisation } l’a noté pour son travail. Ce qui aide à bien vous servir, par exemple où sonner, peut être noté pour deux ans au plus.

    Sur l’enquête : quand la question vous a été posée et si le message est arrivé. L’ouverture d’un lien est conservée 30 jours, sans votre adresse internet, pour distinguer les filtres de messagerie des personnes. Elle ne passe jamais pour une réponse et ne compte dans aucune note.

    De votre part : les notes que vous choisissez, votre commentaire si vous en écrivez un, et si vous souhaitez un appel, à quel moment et à quel numéro. Si vous modifiez une réponse, ses versions précédentes sont conservées avec elle.
privacy-use-title = À quoi cela sert
privacy-use =
    À corriger ce qui s’est mal passé, et à voir où le service devrait s’améliorer.

    Vos notes comptent aussi dans l’évaluation des employés qui se sont occupés de vous. Une évaluation réunit de nombreuses réponses. Ce qui en découle est décidé par des personnes, jamais par le programme.
privacy-readers-title = Qui y a accès
privacy-readers =
    Les personnes qui, chez { $organisation }, en ont besoin pour ce travail. Si vous demandez un appel, également la personne qui vous appelle.

    Ni les messages ni ces pages ne contiennent de pixel espion, et ces pages ne chargent rien qui vienne de tiers.
privacy-time-title = Combien de temps
privacy-time =
    Le lien du message fonctionne pendant { $days ->
        [one] { $days } jour
       *[other] { $days } jours
    }. La durée de conservation de votre réponse après ce délai est fixée par { $organisation }, qui vous l’indiquera sur demande.

    Si vous refusez ces messages, ce souhait est conservé, sans quoi il ne pourrait pas être respecté.
privacy-rights-title = Vos droits
privacy-rights =
    Vous êtes libre de répondre ou non. Ne pas répondre n’a aucune conséquence pour vous.

    Vous pouvez demander à { $organisation } ce qui est enregistré à votre sujet, le faire rectifier ou effacer, en faire limiter l’utilisation, en recevoir une copie, retirer un consentement et vous opposer à l’utilisation. Vous pouvez aussi déposer une réclamation auprès d’une autorité de protection des données.

    Chaque message contient un lien pour ne plus en recevoir.

## On the phone
phone-hello = Bonjour { $customer }, ici { $organisation }.
phone-hello-unnamed = Bonjour, ici { $organisation }.
phone-ask = Puis-je vous poser quelques courtes questions à ce sujet ? Cela prend deux minutes.
phone-service = Vous nous en avez parlé, et nous aimerions réparer ce qui n’allait pas. Avez-vous un instant ?
