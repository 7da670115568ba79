//! What stands in frames of a page.

use std::time::Duration;

use serde_json::Value;

use super::{Browser, SOON};
use crate::wait;

impl Browser {
    /// Runs a script in the first frame of the page, and gives what it returns.
    ///
    /// # Panics
    /// There is no frame, or the script throws.
    pub async fn script_in_frame(&self, script: &str) -> Value {
        let frame = self.client.find(fantoccini::Locator::Css("iframe:not(.saver)")).await.expect("there is a frame");
        frame.enter_frame().await.expect("the frame can be entered");
        let told = self.client.execute(script, Vec::new()).await;
        self.client.clone().enter_parent_frame().await.expect("there is a page around it");
        told.unwrap_or_else(|error| panic!("{error} in: {script}"))
    }

    /// Waits until a button that a selector finds can be clicked, and clicks it as a person does.
    ///
    /// # Panics
    /// It does not appear.
    pub async fn click_on(&self, selector: &str) {
        wait::until(SOON, &format!("{selector} can be clicked"), async || {
            let element = self.client.find(fantoccini::Locator::Css(selector)).await.ok()?;
            if element.is_displayed().await.ok()? { element.click().await.ok() } else { None }
        })
        .await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
