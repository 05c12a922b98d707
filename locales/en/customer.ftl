### What the customer's pages say of their own, in English. Every id is declared in src/surveys/wording.rs.

language-label = Language

## First step
answer-title = How was our service?
about = { $service } on { $date }.
about-with = { $service } on { $date }, with { $people }.
names-next = { $names }, { $name }
names-last = { $names } and { $name }
duration = It takes about half a minute.
preselected = You chose { $score } in our mail. Change it if you like.
send-answer = Send my answer
honeypot = Leave this empty

## Second step
more-title = Thank you, your answer is with us
more-lead = If you like, tell us a little more. You can leave out whatever you do not want to answer.
no-answer = No answer
comment = Is there anything we should know?
comment-hint = If you like. Please leave out health and other private matters.
call-me = Please call me about this
send = Send
choose-shown = Choose one of the answers shown.
yes = Yes
no = No
call-when = When suits you best?
call-morning = Morning
call-midday = Midday
call-afternoon = Afternoon
call-evening = Evening
call-number = Your number, if it is another than usual
call-number-wrong = Please write a telephone number, such as 020 7946 0114.
changeable-until = You can change it until { $until }.

## Mistakes
error-title = Please look at this again
error-prefix = Please correct:
choose = Choose a number.
choose-between = Choose a number from { $min } to { $max }.
comment-too-long =
    Please shorten your comment to { $max ->
        [one] { $max } character
       *[other] { $max } characters
    }. It has { $count } now.
form-expired = This page was open for a long time. Nothing was stored yet: please send your answer once more.
form-changed = This form had a question that we do not ask. Nothing was stored yet: please look at it again and send it.

## After sending
thanks-title = Thank you
thanks-text = Your answer is with us.
thanks-call = You asked to be called. Someone from our office will phone you.
given = What you told us
of = { $value } of { $max }
quoted = “{ $text }”
change = Change my answer
change-until = Until { $until }. After that it stands as it is.
stands = The time for changes is over. Your answer stands as it is.
tell-others = If you like, tell others how it was

## Nothing to answer
kept-title = We could not save your answer just now
kept-text = Nothing you entered is lost: it is all on this page. Please wait a moment, then send it again.
kept-again = Send again
closed-title = This survey is closed
closed-text = The time to answer is over, so nothing can be sent here any more. If something is still wrong, please tell us directly.
unknown-title = This link leads nowhere
unknown-text = Perhaps a part of it was lost when it was copied, or it is no longer valid. Please open the link in our latest mail once more.

## Cards
code-title = Enter the code from your card
code-lead = It stands on the card: ten letters and numbers. Capitals, spaces and dashes do not matter.
code-label = Your code
code-wrong = We do not know this code. Please look at the card once more: it has ten letters and numbers, such as K7QM-2XB9-4T. A card works for a limited time.
code-go = Go on
card-title = Tell us how it was
card-how = Scan the pattern, or open { $address } and enter this code:
card-until = The card works until { $date }.

## Stopping the mails
stop-title = Stop these mails?
stop-text = { $organisation } will then no longer ask you how its service was, neither by mail nor by phone. Mails about your orders and appointments are not affected.
stop-nothing-yet = Nothing has been changed yet. It takes the button.
stop-button = Stop these mails
stopped-title = We will not ask again
stopped-text = { $organisation } will no longer ask you how its service was, neither by mail nor by phone. An answer you have already sent stays as it is.

## At the foot of a page
why = You get this because { $organisation } did some work for you. It reads your answer to improve its service; your answer also counts in the score of those who served you.
stop-link = Stop these mails
privacy-link = What happens to my answer
imprint-link = Imprint

## Privacy; a blank line begins a paragraph
privacy-title = What happens to your answer
privacy-responsible-title = Who is responsible
privacy-responsible = { $organisation } asks you and keeps your answer. You find its address at the end of this page. It runs this program itself.
privacy-stored-title = What is stored
privacy-stored =
    About the service: what was done, when, by whom, and how you can be reached, as { $organisation } noted it for its work. What helps to serve you well, such as where to ring, may be noted for two years at most.

    About the survey: when you were asked and whether the mail arrived. That a link was opened is kept for 30 days, without your address on the internet, to tell mail scanners from people. It is never taken for an answer and counts in no score.

    From you: the numbers you choose, your comment if you write one, and whether, when and at which number you want to be called. Earlier versions of an answer you have changed are kept with it.
privacy-use-title = What it is used for
privacy-use =
    To put right what went wrong, and to see where the service should get better.

    Your numbers also count in the score of the employees who served you. Scores are added up from many answers. What follows from them is decided by people, never by the program.
privacy-readers-title = Who sees it
privacy-readers =
    People at { $organisation } who need it for this work. If you ask to be called, also the person who calls you.

    Neither the mails nor these pages contain a tracking pixel, and these pages load nothing from anyone else.
privacy-time-title = How long
privacy-time =
    The link in the mail works for { $days ->
        [one] { $days } day
       *[other] { $days } days
    }. How long your answer is kept after that is decided by { $organisation }; it will tell you if you ask.

    If you stop the mails, that wish is kept, because otherwise it could not be respected.
privacy-rights-title = Your rights
privacy-rights =
    To answer is up to you, and not answering has no consequences for you.

    You can ask { $organisation } what is stored about you, have it corrected or erased, have its use restricted, receive a copy, withdraw a consent, and object to its use. You can also complain to a data protection authority.

    Each mail contains a link that stops these mails.

## On the phone
phone-hello = Good day, { $customer }, this is { $organisation }.
phone-hello-unnamed = Good day, this is { $organisation }.
phone-ask = May I ask you a few short questions about it? It takes two minutes.
phone-service = You told us about it, and we would like to put right what was not in order. Do you have a moment?
