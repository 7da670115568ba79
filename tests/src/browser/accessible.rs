//! Accessibility as axe judges it, in the light and in the dark.

use serde_json::{Map, Value, json};

use super::Browser;
use super::engine::{Engine, Needs};

/// As `npm ci` puts it: `cargo xtask test` does that first.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web-wasm/node_modules/axe-core/axe.min.js");

/// Rules of WCAG to level AA, and what axe calls best practice, at the end of all that moves:
/// nothing moves in a tab that nobody sees. Nothing is fetched for it.
const RUN: &str = "document.getAnimations().forEach((animation) => animation.finish());
    return axe.run(document, { resultTypes: ['violations'], preload: false, ...arguments[0] })
    .then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
        `${id} (${help}): ${target.join(' ')}: ${failureSummary}`)))";

/// What a colour scheme can change.
const OF_COLOURS: &[&str] = &["color-contrast", "link-in-text-block"];

impl Browser {
    /// Judges the page as it stands.
    ///
    /// # Panics
    /// Somebody would have trouble with it.
    pub async fn assert_accessible(&self) {
        let schemes: &[&str] =
            if Engine::of_this_run().can(Needs::DevTools) { &["dark", "light"] } else { &["of the system"] };
        for (turn, scheme) in schemes.iter().enumerate() {
            if schemes.len() > 1 {
                let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
                self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
            }
            let troubles = self.axe(if turn == 0 { &[] } else { OF_COLOURS }).await;
            assert!(troubles.is_empty(), "state {:?}, {scheme}: {troubles:#?}", self.state().await);
        }
    }

    /// Judges the page as it stands by all rules but those of colours: for a page that is judged as
    /// a whole in another language, which has the same colours.
    ///
    /// # Panics
    /// Somebody would have trouble with it.
    pub async fn assert_accessible_but_colours(&self) {
        let off = OF_COLOURS.iter().map(|rule| ((*rule).to_owned(), json!({ "enabled": false })));
        let rules: Map<_, _> = off.collect();
        let troubles = self.axe_with(&json!({ "rules": rules })).await;
        assert!(troubles.is_empty(), "state {:?}: {troubles:#?}", self.state().await);
    }

    /// Judges it by some rules, or by all of them.
    async fn axe(&self, rules: &[&str]) -> Vec<String> {
        self.axe_with(&if rules.is_empty() { json!({}) } else { json!({ "runOnly": rules }) }).await
    }

    async fn axe_with(&self, options: &Value) -> Vec<String> {
        if self.script("return typeof axe").await == "undefined" {
            let axe = std::fs::read_to_string(AXE).expect("axe-core is installed by `npm ci` in web-wasm");
            self.script(&axe).await;
        }
        let troubles: Value = self.script_with(RUN, vec![options.clone()]).await;
        serde_json::from_value(troubles).expect("they are texts")
    }
}
