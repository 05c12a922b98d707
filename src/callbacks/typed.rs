//! What a caller has typed so far: kept with the claim, and forgotten with it.

use crate::surveys::{Content, Kind};
use crate::web::Fields;
use serde_json::{Value, json};

/// The fields of the survey as they stand, and the question that was answered last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    pairs: Vec<(String, String)>,
    /// Key of the question whose answer was pressed last.
    pub last: Option<String>,
}

impl Draft {
    /// Takes what a form has sent. Each point of a scale is a button, and the point that was pressed before stands in a
    /// hidden field: of two the later one was pressed now, and the same pressed twice takes it back.
    pub fn typed(fields: &Fields, content: &Content) -> Self {
        let mut draft = Self::default();
        for question in &content.questions {
            let given: Vec<&str> = fields.all(&question.key).collect();
            if !matches!(question.kind, Kind::Rating | Kind::Nps | Kind::Effort) {
                draft.pairs.extend(given.iter().map(|value| (question.key.clone(), (*value).to_owned())));
                continue;
            }
            let stood = fields.text(&format!("{}.was", question.key)).is_some();
            match given.as_slice() {
                [one, two] if one == two => {}
                [.., now] => draft.pairs.push((question.key.clone(), (*now).to_owned())),
                [] => {}
            }
            if given.len() > usize::from(stood) {
                draft.last = Some(question.key.clone());
            }
        }
        for name in ["comment", "call_me"] {
            if let Some(value) = fields.get(name).filter(|value| !value.trim().is_empty()) {
                draft.pairs.push((name.to_owned(), value.to_owned()));
            }
        }
        draft
    }

    /// Reads what is stored.
    pub fn read(stored: Option<&Value>) -> Self {
        let pairs = stored.and_then(|stored| stored.get("pairs")?.as_array()).into_iter().flatten();
        let pair = |pair: &Value| {
            let text = |at: usize| pair.get(at)?.as_str().map(str::to_owned);
            Some((text(0)?, text(1)?))
        };
        let last = stored.and_then(|stored| stored.get("last")?.as_str().map(str::to_owned));
        Self { pairs: pairs.filter_map(pair).collect(), last }
    }

    /// Makes what is stored.
    pub fn stored(&self) -> Value {
        json!({ "pairs": self.pairs, "last": self.last })
    }

    /// Returns it as a form that was sent.
    pub fn fields(&self) -> Fields {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish();
        Fields::parse(body.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surveys::builtin;

    fn typed(body: &str) -> (String, Option<String>) {
        let draft = Draft::typed(&Fields::parse(body.as_bytes()), &builtin::content());
        let pairs: Vec<String> = draft.pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(Draft::read(Some(&draft.stored())), draft);
        (pairs.join("&"), draft.last)
    }

    #[test]
    fn the_point_that_was_pressed_counts_and_pressed_again_it_is_taken_back() {
        assert_eq!(typed("overall=4"), ("overall=4".into(), Some("overall".into())));
        assert_eq!(
            typed("overall=4&overall.was=4&process=2"),
            ("overall=4&process=2".into(), Some("process".into()))
        );
        let changed = "overall=4&overall.was=4&process=2&process.was=2&process=5";
        assert_eq!(typed(changed), ("overall=4&process=5".into(), Some("process".into())));
        assert_eq!(typed("overall=4&overall.was=4&overall=4").0, "");
    }

    #[test]
    fn words_and_wishes_are_kept_and_nothing_else() {
        let sent =
            "overall=2&overall.was=2&wrong=skill&wrong=process&comment=+late&call_me=yes&csrf=x&claim=1";
        assert_eq!(
            typed(sent),
            ("overall=2&wrong=skill&wrong=process&comment= late&call_me=yes".into(), None)
        );
    }
}
