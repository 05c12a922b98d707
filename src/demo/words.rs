//! What customers write: plain words about what went well or badly, in English or German. Each sentence belongs
//! to what was asked, so that words and marks say the same.

use super::draw::Dice;

/// Sentences of a language: for each of process, communication, value and skill what is said of it when it was good and
/// when it was not.
struct Sentences<const N: usize> {
    good: [[&'static str; N]; 4],
    bad: [[&'static str; N]; 4],
}

const ENGLISH: Sentences<7> = Sentences {
    good: [
        [
            "Came on the day we agreed and on time.",
            "Booking took two minutes, and the paperwork was there the same evening.",
            "Everything was done in one visit.",
            "On time and tidy.",
            "I got an appointment for the next morning.",
            "Rang half an hour before arriving, just as promised.",
            "No fuss with the appointment, even at short notice.",
        ],
        [
            "Explained everything before starting.",
            "I was told what was wrong and what it would take.",
            "Took the time to answer all my questions.",
            "A clear message when it got later, so I did not have to wait in.",
            "Showed me how to use the new controls.",
            "I always knew what would happen next.",
            "Good advice, and in words I understand.",
        ],
        [
            "The price was exactly what had been quoted.",
            "Did not sell me anything I do not need.",
            "Fair price for the work.",
            "A small part instead of a new boiler: that saved me a lot.",
            "Worth the money.",
            "The service contract pays for itself.",
            "The invoice was clear, every item explained.",
        ],
        [
            "Found the fault within minutes.",
            "The radiators are warm in every room again.",
            "Very careful with the floor and left everything clean.",
            "Friendly and knew exactly what to do.",
            "Quick, thank you.",
            "The boiler has been running quietly ever since.",
            "Solved what two others before could not.",
        ],
    ],
    bad: [
        [
            "Came two hours late.",
            "I took a day off and nobody came until the evening.",
            "It took three visits for one repair.",
            "The appointment was moved twice.",
            "The part was not in the van, so another week without heating.",
            "I was on hold for half an hour to get an appointment.",
            "The papers for the warranty are still missing.",
        ],
        [
            "Nobody told me it would be later.",
            "I still do not know what was wrong.",
            "I had to ring three times to hear how it goes on.",
            "No word about the noise the work would make.",
            "Nobody explained the new controls.",
            "Two people told me two different things.",
            "I was promised a call and none came.",
        ],
        [
            "Nobody told me what it would cost.",
            "The invoice was higher than the quote.",
            "Too much for twenty minutes of work.",
            "I paid for the journey twice.",
            "Expensive, and the old part would have done.",
            "The call-out fee was a surprise.",
            "For that price I had expected more.",
        ],
        [
            "It is still not warm upstairs.",
            "The same fault came back after two days.",
            "Left dust all over the hall.",
            "Seemed to be in a great hurry.",
            "It drips now where it did not before.",
            "Did not seem to know this model.",
            "Short with my mother, who only asked how long it would take.",
        ],
    ],
};

const GERMAN: Sentences<3> = Sentences {
    good: [
        ["Pünktlich und sauber.", "Der Termin ging schnell.", "Alles in einem Besuch erledigt."],
        [
            "Alles gut erklärt.",
            "Hat sich Zeit für meine Fragen genommen.",
            "Ich wusste immer, was als Nächstes kommt.",
        ],
        ["Der Preis war wie angeboten.", "Hat mir nichts Unnötiges verkauft.", "Das war sein Geld wert."],
        ["Ging schnell, danke.", "Den Fehler gleich gefunden.", "Freundlich und kannte sich aus."],
    ],
    bad: [
        [
            "Kam zwei Stunden zu spät.",
            "Der Termin wurde zweimal verschoben.",
            "Drei Besuche für eine Reparatur.",
        ],
        ["Niemand hat Bescheid gesagt.", "Ich weiß immer noch nicht, was es war.", "Der Rückruf kam nie."],
        [
            "Der Preis war vorher nicht klar.",
            "Die Rechnung war höher als das Angebot.",
            "Zu teuer für zwanzig Minuten.",
        ],
        [
            "Oben ist es noch kalt.",
            "Nach zwei Tagen war es wieder kaputt.",
            "Hat den Flur staubig hinterlassen.",
        ],
    ],
};

impl<const N: usize> Sentences<N> {
    /// One or two sentences: what went best, what went worst, or both.
    fn say(&self, answers: &[i32; 5], dice: &mut Dice) -> String {
        let [overall, dimensions @ ..] = answers;
        // Ties are broken at random, or everybody would talk about the first.
        let ranked = dimensions.map(|answer| f64::from(answer) + 0.9 * dice.share());
        let place = |wanted: f64| ranked.iter().position(|value| (value - wanted).abs() < 1e-12).unwrap_or(0);
        let best = place(ranked.iter().copied().fold(f64::MIN, f64::max));
        let worst = place(ranked.iter().copied().fold(f64::MAX, f64::min));
        let mut one =
            |list: &[[&'static str; N]; 4], of: usize| list.get(of).map_or("", |list| dice.pick(list));
        let (good, bad) = (one(&self.good, best), one(&self.bad, worst));
        let (also_good, also_bad) = (one(&self.good, (best + 2) % 4), one(&self.bad, (worst + 2) % 4));
        let kind = dice.share();
        match overall {
            4.. if kind < 0.65 => good.to_owned(),
            4.. if kind < 0.85 => format!("{good} {also_good}"),
            ..=2 if kind < 0.65 => bad.to_owned(),
            ..=2 if kind < 0.85 => format!("{bad} {also_bad}"),
            _ => format!("{good} {bad}"),
        }
    }
}

/// Writes a comment that fits the answers (overall, process, communication, value, skill).
pub fn comment(answers: &[i32; 5], is_german: bool, dice: &mut Dice) -> String {
    if is_german { GERMAN.say(answers, dice) } else { ENGLISH.say(answers, dice) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_fit_the_marks_and_are_many() {
        let all = |answers: [i32; 5]| -> BTreeSet<String> {
            (0..400).map(|at| comment(&answers, false, &mut Dice::of("test", at))).collect()
        };
        let (good, bad) = (all([5, 5, 5, 5, 5]), all([1, 1, 1, 1, 1]));
        assert!(good.len() > 60 && bad.len() > 60, "{} {}", good.len(), bad.len());
        let price = comment(&[1, 5, 5, 1, 5], false, &mut Dice::of("test", 3));
        assert!(ENGLISH.bad[2].iter().any(|sentence| price.contains(sentence)), "{price}");
        let mixed = all([3, 5, 5, 1, 3]);
        assert!(mixed.iter().all(|text| ENGLISH.bad[2].iter().any(|sentence| text.ends_with(sentence))));
    }
}
