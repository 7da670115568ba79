//! Accessibility as axe judges it, in the light and in the dark.

use serde_json::{Value, json};

use super::Browser;
use super::engine::{Engine, Needs};

/// As `npm ci` puts it: `cargo xtask test` does that first.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web-wasm/node_modules/axe-core/axe.min.js");

/// Rules of WCAG to level AA, and what axe calls best practice, at the end of all that moves:
/// nothing moves in a tab that nobody sees. Nothing is fetched for it.
const RUN: &str = "document.getAnimations().forEach((animation) => animation.finish());
    const [rules] = arguments;
    const options = { resultTypes: ['violations'], preload: false };
    return axe.run(document, rules.length > 0 ? { ...options, runOnly: rules } : options)
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

    /// Judges it by some rules, or by all of them.
    async fn axe(&self, rules: &[&str]) -> Vec<String> {
        if self.script("return typeof axe").await == "undefined" {
            let axe = std::fs::read_to_string(AXE).expect("axe-core is installed by `npm ci` in web-wasm");
            self.script(&axe).await;
        }
        let troubles: Value = self.script_with(RUN, vec![json!(rules)]).await;
        serde_json::from_value(troubles).expect("they are texts")
    }
}
