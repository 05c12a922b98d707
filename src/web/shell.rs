//! What stands around a page: the staff's shell with its navigation, and the frame of a customer's page.

/// What every staff page shows around its own matter.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    /// Path of the staff's style sheet.
    pub css: String,
    /// Name of the organisation.
    pub organisation: String,
    /// Name of the person who is signed in.
    pub person: String,
    /// Their role, as a word to show.
    pub role: String,
    /// The pages this person may open, in the order of the menu.
    pub nav: Vec<NavItem>,
    /// Token of the sign-out form.
    pub csrf: String,
    /// What deserves a look on every page, such as plain http; one or two sentences.
    pub warning: Option<String>,
    /// What somebody has opened by breaking the glass, and until when.
    pub broken_glass: Option<String>,
}

/// One line of the menu.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Where it leads.
    pub href: &'static str,
    /// Its word.
    pub label: &'static str,
    /// Id of its icon in the sprite, such as `i-today`.
    pub icon: &'static str,
    /// Whether this page is the one being shown.
    pub current: bool,
    /// How many things wait there.
    pub count: Option<i64>,
    /// Items with the same number stand together, a line between the groups.
    pub group: u8,
}

impl NavItem {
    /// Writes the count.
    pub fn count_text(&self) -> Option<String> {
        self.count.map(super::format::thousands)
    }
}

impl Shell {
    /// Cuts the menu where the group changes.
    pub fn groups(&self) -> Vec<&[NavItem]> {
        self.nav.chunk_by(|one, next| one.group == next.group).collect()
    }
}

/// A link with its words.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// Its words.
    pub label: String,
}

/// One choice of the language switch.
#[derive(Debug, Clone)]
pub struct LanguageLink {
    /// BCP 47 code.
    pub code: &'static str,
    /// The language's own name.
    pub name: &'static str,
    /// The same page in this language.
    pub href: String,
    /// Whether the page is in this language.
    pub current: bool,
}

/// What every customer's page shows around its own matter.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Path of the customers' style sheet.
    pub css: &'static str,
    /// Path of the style sheet with the organisation's colours.
    pub theme: Option<String>,
    /// Path of the organisation's logo.
    pub logo: Option<String>,
    /// BCP 47 code of the page's language.
    pub language: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// Name of the organisation.
    pub organisation: String,
    /// The word *Language* in the page's language.
    pub language_label: &'static str,
    /// The language switch; with fewer than two it is left out.
    pub languages: Vec<LanguageLink>,
    /// Why the customer gets this, one or two sentences.
    pub why: Option<String>,
    /// Stop, privacy, imprint: whichever there are.
    pub links: Vec<Link>,
    /// Postal address of the organisation.
    pub imprint: Option<String>,
}

impl Frame {
    /// Returns the organisation's first letter, which stands where a logo would.
    pub fn initial(&self) -> String {
        let letter = self.organisation.chars().find(|letter| letter.is_alphanumeric());
        letter.map(|letter| letter.to_uppercase().to_string()).unwrap_or_default()
    }

    /// Returns the own name of the page's language.
    pub fn language_name(&self) -> &'static str {
        self.languages
            .iter()
            .find(|language| language.current)
            .map_or(self.language, |language| language.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(group: u8) -> NavItem {
        NavItem { href: "/", label: "Today", icon: "i-today", current: false, count: None, group }
    }

    #[test]
    fn the_menu_is_cut_where_the_group_changes() {
        let shell = Shell { nav: vec![item(0), item(0), item(1)], ..Shell::default() };
        let sizes: Vec<usize> = shell.groups().iter().map(|group| group.len()).collect();
        assert_eq!(sizes, [2, 1]);
    }
}
