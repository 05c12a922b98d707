//! Cards in a real browser: printed, and under the eyes of axe-core.

use crate::cards::csrf;
use crate::finder::id_of;
use crate::support::app::PASSWORD;
use crate::support::axe;
use crate::support::browser::{Browser, ENTER, Scripts};
use crate::support::{TestApp, make, programs_or_skip};
use hearback::accounts::Role;
use serde_json::json;
use std::path::PathBuf;

fn keep(name: &str, bytes: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cards");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

#[test]
fn eight_cards_fit_on_a_printed_page_and_axe_finds_nothing_on_the_pages() {
    let Some([chromium, driver]) = programs_or_skip("cards", ["chromium", "chromedriver"]) else { return };
    let Some(axe) = axe::source_or_skip("cards") else { return };
    let app = TestApp::start();
    let long = json!({"service": "Yearly inspection of the ventilation and the heat pump with change of filters",
        "employees": [{"id": "E1", "name": "Maximiliane Wolkenstein-Rodenegg"}, {"id": "E2", "name": "Jean-Baptiste Delacroix"}]});
    for (n, language) in ["en", "de", "fr", "es", "ar", "en", "de", "fr", "es"].iter().enumerate() {
        let visit = make::with(
            make::visit(&format!("W{n}")),
            json!({"customer": {"email": null, "language": language}}),
        );
        app.bring(&if n < 5 { visit } else { make::with(visit, long.clone()) });
    }
    let hr = app.staff(Role::Hr, None);
    hr.post_form("/visits/cards", &[("csrf", &csrf(&hr))]).expect(303);
    let visit = format!("/visits/{}", id_of(&app, "W1"));
    let browser = Browser::start(&chromium, &driver, Scripts::On);
    browser.view(1280, 900, "light");
    browser.open(&format!("{}/visits/cards", app.base));
    browser.tab_to("Mail address");
    browser.keys("hr@example.com");
    browser.tab_to("Password");
    browser.keys(PASSWORD);
    browser.keys(ENTER);
    browser.wait_for("Cards");
    let pdf = browser.print();
    keep("eight.pdf", &pdf);
    let text = String::from_utf8_lossy(&pdf);
    assert_eq!(text.matches("/Type /Page\n").count(), 2, "nine cards are two pages");
    browser.view(900, 1300, "light");
    keep("eight.png", &browser.picture());
    let cut = "return [...document.querySelectorAll('.card')].filter(card => card.scrollHeight > card.clientHeight \
        || card.scrollWidth > card.clientWidth || [...card.children].some(part => part.getBoundingClientRect().bottom \
        > card.getBoundingClientRect().bottom)).map(card => card.innerText)";
    assert_eq!(browser.run(cut), json!([]), "nothing on a card is cut off");
    for path in [
        "/visits/cards",
        &format!("{visit}/card"),
        &format!("{visit}/paper"),
        "/visits",
        &visit,
        "/s/",
        "/s/K7QM-2XB9-4T",
    ] {
        browser.open(&format!("{}{path}", app.base));
        axe::finds_nothing(&browser, axe);
        keep(&format!("{}.png", path.replace('/', "_")), &browser.picture());
    }
    browser.open(&format!("{}{visit}/card", app.base));
    assert_eq!(String::from_utf8_lossy(&browser.print()).matches("/Type /Page\n").count(), 1);
}
