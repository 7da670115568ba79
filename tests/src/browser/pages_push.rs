//! What a person does on the pages *push* and *reveal*, step by step.

use serde_json::{Value, json};

use super::{Browser, SOON};
use crate::wait;

/// What somebody hands over, and how.
#[derive(Clone, Debug, Default)]
pub struct Handover<'a> {
    /// `password`, `login`, `note` or `url`.
    pub kind: &'a str,
    /// What is typed, by the id of the field.
    pub fields: &'a [(&'a str, &'a str)],
    /// A passphrase.
    pub passphrase: Option<&'a str>,
    /// How many views; `None`: what the page offers first.
    pub views: Option<u32>,
    /// From whom it says that it is.
    pub from: Option<&'a str>,
    /// What only the owner sees.
    pub label: Option<&'a str>,
}

impl<'a> Handover<'a> {
    /// A password.
    #[must_use]
    pub fn password(secret: &'a [(&'a str, &'a str); 1]) -> Self {
        Self { kind: "password", fields: secret, ..Self::default() }
    }
}

/// What the page gave for it.
#[derive(Clone, Debug)]
pub struct HandedOver {
    /// For the recipient.
    pub link: String,
    /// For whoever made it.
    pub owner_link: String,
}

impl Browser {
    /// Opens *push*, up to the form.
    pub async fn open_push(&self, origin: &str) {
        self.open("about:blank").await;
        self.open(&format!("{origin}/push")).await;
        self.state_of(&["form"]).await;
    }

    /// Fills the form, as far as something is given.
    pub async fn fill_push(&self, handover: &Handover<'_>) {
        self.choose_radio("#kinds", handover.kind).await;
        for (id, text) in handover.fields {
            self.type_into(id, text).await;
        }
        if let Some(views) = handover.views {
            self.choose("views", &views.to_string()).await;
        }
        if let Some(passphrase) = handover.passphrase {
            self.type_into("passphrase", passphrase).await;
        }
        if let Some(from) = handover.from {
            self.type_into("from", from).await;
        }
        if let Some(label) = handover.label {
            self.click_at("#more summary").await;
            self.type_into("label", label).await;
        }
    }

    /// All of that: from a text to a link.
    pub async fn push(&self, origin: &str, handover: &Handover<'_>) -> HandedOver {
        self.open_push(origin).await;
        self.fill_push(handover).await;
        self.click("make").await;
        self.state_of(&["done"]).await;
        HandedOver { link: self.value("link").await, owner_link: self.value("owner-link").await }
    }

    /// A fact on the page of a push, by its name; empty if it is not there.
    pub async fn fact(&self, name: &str) -> String {
        let script = format!("return document.querySelector('dd[data-fact=\"{name}\"]')?.textContent ?? ''");
        self.script(&script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a fact is told as it should be.
    ///
    /// # Panics
    /// It is not.
    pub async fn fact_so(&self, name: &str, is_told: impl Fn(&str) -> bool) -> String {
        let told = async || Some(self.fact(name).await).filter(|text| is_told(text));
        wait::until(SOON, &format!("the fact {name} is told"), told).await
    }

    /// Opens a link of a push, up to where it says what it is or why not.
    pub async fn look_at_push(&self, link: &str, state: &str) {
        // A link that differs from the open page only in its fragment would not load anew.
        self.open("about:blank").await;
        self.open(link).await;
        self.state_of(&[state]).await;
    }

    /// Takes the two steps of a view, up to what comes then.
    pub async fn take_view(&self, state: &str) {
        self.click("reveal").await;
        self.click("reveal-confirm").await;
        self.state_of(&[state]).await;
    }

    /// Opens a link without a passphrase, and reveals.
    pub async fn reveal(&self, link: &str) {
        self.look_at_push(link, "ready").await;
        self.take_view("revealed").await;
    }

    /// Types a passphrase and goes on.
    pub async fn try_passphrase(&self, passphrase: &str) {
        self.script("document.getElementById('password').value = ''").await;
        self.type_into("password", passphrase).await;
        self.click("open").await;
    }

    /// Presses a button of a field: `show` or `copy`.
    pub async fn press_in_field(&self, field: &str, act: &str) {
        self.click_at(&format!("[data-field={field}] button[data-act={act}]")).await;
    }

    /// What a field shows, once it shows something.
    ///
    /// # Panics
    /// It stays hidden.
    pub async fn shown_in_field(&self, field: &str) -> String {
        let text = json!(format!("[data-field={field}] .text[data-shown=yes]"));
        let script = format!("return document.querySelector({text})?.textContent ?? null");
        let shown = async || self.script(&script).await.as_str().map(ToOwned::to_owned);
        wait::until(SOON, &format!("the field {field} is shown"), shown).await
    }

    /// Whether a field hides what it holds.
    pub async fn is_hidden_field(&self, field: &str) -> bool {
        let text = format!("[data-field={field}] .text");
        self.script(&format!("return document.querySelector('{text}').dataset.shown")).await == "no"
    }

    /// What the page names of what it holds, in its order.
    pub async fn field_names(&self) -> Vec<String> {
        let names = "return [...document.querySelectorAll('#fields [data-field]')].map((field) => field.dataset.field)";
        serde_json::from_value(self.script(names).await).unwrap_or_default()
    }

    /// Where a text stands in the page: in its markup, or in a field.
    pub async fn places_of(&self, text: &str) -> Vec<String> {
        let script = format!(
            "const text = {};
             const fields = [...document.querySelectorAll('input, textarea')].filter(({{ value }}) => value.includes(text));
             const places = fields.map(({{ id }}) => `the value of #${{id}}`);
             if (document.documentElement.outerHTML.includes(text)) places.push('the markup');
             if (document.documentElement.textContent.includes(text)) places.push('the text');
             return places",
            json!(text)
        );
        serde_json::from_value(self.script(&script).await).unwrap_or_default()
    }

    /// Chooses one of several by its label.
    pub async fn choose_radio(&self, group: &str, value: &str) {
        self.click_at(&format!("{group} label:has(input[value=\"{value}\"])")).await;
    }

    /// Clicks what a selector of CSS names, as [`click`](Self::click) does.
    pub async fn click_at(&self, selector: &str) {
        wait::until(SOON, &format!("{selector} can be clicked"), async || {
            let element = self.all(selector).await.into_iter().next()?;
            let usable = element.is_displayed().await.ok()? && element.is_enabled().await.ok()?;
            if usable { element.click().await.ok() } else { None }
        })
        .await;
    }

    /// Lets pages of an origin use the clipboard without a question.
    pub async fn allow_clipboard(&self, origin: &str) {
        let permissions = json!(["clipboardReadWrite", "clipboardSanitizedWrite"]);
        let grant = json!({ "origin": origin, "permissions": permissions });
        self.devtools("Browser.grantPermissions", grant).await;
    }

    /// What lies in the clipboard.
    pub async fn in_clipboard(&self) -> String {
        let text = self.script("return navigator.clipboard.readText()").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Hides the page behind another tab, as somebody does who looks at something else.
    pub async fn hide_behind_another_tab(&self) {
        let here = self.script("return document.visibilityState").await;
        assert_eq!(here, Value::from("visible"), "it can be hidden");
        self.new_tab().await;
        self.switch_to_tab(0).await;
    }
}
