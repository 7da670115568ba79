//! Accessibility as axe judges it, in the light and in the dark.

use serde_json::{Value, json};

use super::Browser;
use super::engine::{Engine, Needs};

/// As `npm ci` puts it: `cargo xtask test` does that first.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web-wasm/node_modules/axe-core/axe.min.js");

/// Rules of WCAG to level AA, and what axe calls best practice, at the end of all that moves:
/// nothing moves in a tab that nobody sees. Nothing is fetched for it.
const RUN: &str = "document.getAnimations().forEach((animation) => animation.finish());
    return axe.run(document, { resultTypes: ['violations'], preload: false })
    .then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
        `${id} (${help}): ${target.join(' ')}: ${failureSummary}`)))";

impl Browser {
    /// Judges the page as it stands.
    ///
    /// # Panics
    /// Somebody would have trouble with it.
    pub async fn assert_accessible(&self) {
        let schemes: &[&str] =
            if Engine::of_this_run().can(Needs::DevTools) { &["dark", "light"] } else { &["of the system"] };
        for scheme in schemes {
            if schemes.len() > 1 {
                let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
                self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
            }
            let troubles = self.axe().await;
            assert!(troubles.is_empty(), "state {:?}, {scheme}: {troubles:#?}", self.state().await);
        }
    }

    async fn axe(&self) -> Vec<String> {
        if self.script("return typeof axe").await == "undefined" {
            let axe = std::fs::read_to_string(AXE).expect("axe-core is installed by `npm ci` in web-wasm");
            self.script(&axe).await;
        }
        let troubles: Value = self.script(RUN).await;
        serde_json::from_value(troubles).expect("they are texts")
    }
}
