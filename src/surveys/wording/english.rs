//! English.

use super::{Passage, Wording};

/// The words in English.
pub const ENGLISH: Wording = Wording {
    language: "en",
    direction: "ltr",
    locale: "en_GB",
    deadline_format: "%A %-d %B, %H:%M",
    language_label: "Language",

    answer_title: "How was our service?",
    about: "{service} on {date}.",
    about_with: "{service} on {date}, with {people}.",
    and: " and ",
    duration: "It takes about half a minute.",
    preselected: "You chose {score} in our mail. Change it if you like.",
    send_answer: "Send my answer",
    changeable_until: "You can change it until {until}.",
    honeypot: "Leave this empty",

    more_title: "Thank you, your answer is with us",
    more_lead: "If you like, tell us a little more. You can leave out whatever you do not want to answer.",
    no_answer: "No answer",
    comment: "Is there anything we should know?",
    comment_hint: "If you like. Please leave out health and other private matters.",
    call_me: "Please call me about this",
    send: "Send",

    error_title: "Please look at this again",
    error_prefix: "Please correct: ",
    choose: "Choose a number.",
    choose_between: "Choose a number from {min} to {max}.",
    comment_too_long: "Please shorten your comment to {max} characters. It has {count} now.",
    form_expired: "This page was open for a long time. Nothing was stored yet: please send your answer once more.",
    form_changed: "This form had a question that we do not ask. Nothing was stored yet: please look at it again and send it.",

    thanks_title: "Thank you",
    thanks_text: "Your answer is with us.",
    thanks_call: "You asked to be called. Someone from our office will phone you.",
    given: "What you told us",
    of: "{value} of {max}",
    quote_open: "“",
    quote_close: "”",
    change: "Change my answer",
    change_until: "Until {until}. After that it stands as it is.",
    stands: "The time for changes is over. Your answer stands as it is.",

    closed_title: "This survey is closed",
    closed_text: "The time to answer is over, so nothing can be sent here any more. If something is still \
                  wrong, please tell us directly.",
    unknown_title: "This link leads nowhere",
    unknown_text: "Perhaps a part of it was lost when it was copied, or it is no longer valid. Please open the \
                   link in our latest mail once more.",

    stop_title: "Stop these mails?",
    stop_text: "{organisation} will then no longer ask you how its service was, neither by mail nor by phone. \
                Mails about your orders and appointments are not affected.",
    stop_nothing_yet: "Nothing has been changed yet. It takes the button.",
    stop_button: "Stop these mails",
    stopped_title: "We will not ask again",
    stopped_text: "{organisation} will no longer ask you how its service was, neither by mail nor by phone. An \
                   answer you have already sent stays as it is.",

    why: "You get this because {organisation} did some work for you. It reads your answer to improve its \
          service; your answer also counts in the score of those who served you.",
    stop_link: "Stop these mails",
    privacy_link: "What happens to my answer",
    imprint_link: "Imprint",

    privacy_title: "What happens to your answer",
    privacy: PRIVACY,
};

const PRIVACY: &[Passage] = &[
    Passage {
        heading: "Who is responsible",
        paragraphs: &[
            "{organisation} asks you and keeps your answer. You find its address at the end of this page. It runs \
             this program itself.",
        ],
    },
    Passage {
        heading: "What is stored",
        paragraphs: &[
            "About the service: what was done, when, by whom, and how you can be reached, as {organisation} noted \
             it for its work.",
            "About the survey: when you were asked and whether the mail arrived. Opening a link is not stored and \
             never taken for an answer.",
            "From you: the numbers you choose, your comment if you write one, and whether you want to be called. \
             Earlier versions of an answer you have changed are kept with it.",
        ],
    },
    Passage {
        heading: "What it is used for",
        paragraphs: &[
            "To put right what went wrong, and to see where the service should get better.",
            "Your numbers also count in the score of the employees who served you. Scores are added up from many \
             answers. What follows from them is decided by people, never by the program.",
        ],
    },
    Passage {
        heading: "Who sees it",
        paragraphs: &[
            "People at {organisation} who need it for this work. If you ask to be called, also the person who \
             calls you.",
            "Neither the mails nor these pages contain a tracking pixel, and these pages load nothing from anyone \
             else.",
        ],
    },
    Passage {
        heading: "How long",
        paragraphs: &[
            "The link in the mail works for 30 days. How long your answer is kept after that is decided by \
             {organisation}; it will tell you if you ask.",
            "If you stop the mails, that wish is kept, because otherwise it could not be respected.",
        ],
    },
    Passage {
        heading: "Your rights",
        paragraphs: &[
            "To answer is up to you, and not answering has no consequences for you.",
            "You can ask {organisation} what is stored about you, have it corrected or erased, have its use \
             restricted, receive a copy, withdraw a consent, and object to its use. You can also complain to a \
             data protection authority.",
            "Each mail contains a link that stops these mails.",
        ],
    },
];
