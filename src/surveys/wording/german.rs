//! German, with the polite *Sie*.

use super::{Passage, Wording};

/// The words in German.
pub const GERMAN: Wording = Wording {
    language: "de",
    direction: "ltr",
    locale: "de_DE",
    deadline_format: "%A, %-d. %B, %H:%M Uhr",
    language_label: "Sprache",

    answer_title: "Wie war unser Service?",
    about: "{service} am {date}.",
    about_with: "{service} am {date}, mit {people}.",
    and: " und ",
    duration: "Es dauert etwa eine halbe Minute.",
    preselected: "In unserer Mail haben Sie {score} gewählt. Sie können das hier ändern.",
    send_answer: "Antwort senden",
    changeable_until: "Sie können sie noch ändern bis {until}.",
    honeypot: "Bitte leer lassen",

    more_title: "Vielen Dank, Ihre Antwort ist bei uns",
    more_lead: "Wenn Sie mögen, erzählen Sie uns noch etwas mehr. Lassen Sie einfach weg, was Sie nicht \
                beantworten möchten.",
    no_answer: "Keine Angabe",
    comment: "Gibt es etwas, das wir wissen sollten?",
    comment_hint: "Wenn Sie mögen. Bitte schreiben Sie nichts über Gesundheit und andere private Dinge.",
    call_me: "Bitte rufen Sie mich deswegen an",
    send: "Senden",

    error_title: "Bitte sehen Sie sich das noch einmal an",
    error_prefix: "Bitte korrigieren: ",
    choose: "Bitte wählen Sie eine Zahl.",
    choose_between: "Bitte wählen Sie eine Zahl von {min} bis {max}.",
    comment_too_long: "Bitte kürzen Sie Ihren Kommentar auf {max} Zeichen. Jetzt sind es {count}.",
    form_expired: "Diese Seite war lange geöffnet. Es wurde noch nichts gespeichert: Bitte senden Sie Ihre Antwort \
                   noch einmal ab.",
    form_changed: "Dieses Formular enthielt eine Frage, die wir nicht stellen. Es wurde noch nichts gespeichert: Bitte sehen Sie es noch einmal an und senden Sie es ab.",

    thanks_title: "Vielen Dank",
    thanks_text: "Ihre Antwort ist bei uns.",
    thanks_call: "Sie möchten angerufen werden. Jemand aus unserem Büro wird sich bei Ihnen melden.",
    given: "Das haben Sie uns gesagt",
    of: "{value} von {max}",
    quote_open: "„",
    quote_close: "“",
    change: "Antwort ändern",
    change_until: "Möglich bis {until}. Danach bleibt sie, wie sie ist.",
    stands: "Ändern können Sie sie nicht mehr. Ihre Antwort bleibt, wie sie ist.",

    closed_title: "Diese Umfrage ist beendet",
    closed_text: "Die Zeit zum Antworten ist vorbei, hier lässt sich nichts mehr absenden. Wenn noch etwas nicht \
                  in Ordnung ist, sagen Sie es uns bitte direkt.",
    unknown_title: "Dieser Link führt nirgendwohin",
    unknown_text: "Vielleicht ging beim Kopieren ein Teil verloren, oder er gilt nicht mehr. Bitte öffnen Sie den \
                   Link in unserer letzten Mail noch einmal.",

    stop_title: "Diese Mails abbestellen?",
    stop_text: "{organisation} fragt Sie dann nicht mehr, wie der Service war, weder per Mail noch am Telefon. \
                Mails zu Ihren Aufträgen und Terminen bleiben davon unberührt.",
    stop_nothing_yet: "Bis jetzt wurde nichts geändert. Dazu braucht es den Knopf.",
    stop_button: "Mails abbestellen",
    stopped_title: "Wir fragen Sie nicht mehr",
    stopped_text: "{organisation} fragt Sie nicht mehr, wie der Service war, weder per Mail noch am Telefon. Eine \
                   Antwort, die Sie schon gesendet haben, bleibt bestehen.",

    why: "Sie erhalten dies, weil {organisation} für Sie tätig war. Ihre Antwort wird dort gelesen, um den Service \
          zu verbessern; sie zählt auch in der Bewertung derer, die für Sie da waren.",
    stop_link: "Diese Mails abbestellen",
    privacy_link: "Was mit meiner Antwort geschieht",
    imprint_link: "Impressum",

    privacy_title: "Was mit Ihrer Antwort geschieht",
    privacy: PRIVACY,
};

const PRIVACY: &[Passage] = &[
    Passage {
        heading: "Wer verantwortlich ist",
        paragraphs: &[
            "{organisation} fragt Sie und bewahrt Ihre Antwort auf. Die Anschrift finden Sie am Ende dieser Seite. \
             {organisation} betreibt dieses Programm selbst.",
        ],
    },
    Passage {
        heading: "Was gespeichert wird",
        paragraphs: &[
            "Zum Service: was gemacht wurde, wann, von wem und wie Sie zu erreichen sind, so wie {organisation} es \
             für die Arbeit festgehalten hat.",
            "Zur Umfrage: wann Sie gefragt wurden und ob die Mail ankam. Das Öffnen eines Links wird nicht \
             gespeichert und gilt nie als Antwort.",
            "Von Ihnen: die Zahlen, die Sie wählen, Ihr Kommentar, wenn Sie einen schreiben, und ob Sie angerufen \
             werden möchten. Ändern Sie eine Antwort, bleiben auch ihre früheren Fassungen gespeichert.",
        ],
    },
    Passage {
        heading: "Wofür es verwendet wird",
        paragraphs: &[
            "Um in Ordnung zu bringen, was schiefging, und um zu sehen, wo der Service besser werden sollte.",
            "Ihre Zahlen zählen auch in der Bewertung der Beschäftigten, die für Sie da waren. Eine Bewertung \
             entsteht aus vielen Antworten. Was aus ihr folgt, entscheiden Menschen, nie das Programm.",
        ],
    },
    Passage {
        heading: "Wer es sieht",
        paragraphs: &[
            "Menschen bei {organisation}, die es für diese Arbeit brauchen. Wenn Sie angerufen werden möchten, auch \
             die Person, die Sie anruft.",
            "Weder die Mails noch diese Seiten enthalten einen Zählpixel, und diese Seiten laden nichts von Dritten.",
        ],
    },
    Passage {
        heading: "Wie lange",
        paragraphs: &[
            "Der Link in der Mail gilt 30 Tage. Wie lange Ihre Antwort danach aufbewahrt wird, legt {organisation} \
             fest und sagt es Ihnen auf Anfrage.",
            "Wenn Sie die Mails abbestellen, wird dieser Wunsch gespeichert, denn sonst ließe er sich nicht beachten.",
        ],
    },
    Passage {
        heading: "Ihre Rechte",
        paragraphs: &[
            "Ob Sie antworten, entscheiden Sie. Wenn Sie nicht antworten, hat das für Sie keine Folgen.",
            "Sie können von {organisation} erfahren, was über Sie gespeichert ist, es berichtigen oder löschen \
             lassen, seine Verwendung einschränken lassen, eine Kopie erhalten, eine Einwilligung widerrufen und der \
             Verwendung widersprechen. Sie können sich auch bei einer Datenschutzbehörde beschweren.",
            "In jeder Mail steht ein Link, mit dem Sie diese Mails abbestellen.",
        ],
    },
];
