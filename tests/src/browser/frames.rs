//! What stands in frames of a page.

use std::time::Duration;

use fantoccini::Locator;
use fantoccini::error::CmdError;
use serde_json::Value;

use super::{Browser, SOON};
use crate::wait;

impl Browser {
    /// Runs a script in the first frame of the page, or in the frame within it, and gives what it
    /// returns.
    ///
    /// # Panics
    /// There is no frame, or the script throws.
    pub async fn script_in_frame(&self, script: &str) -> Value {
        self.try_in_frame(script).await.unwrap_or_else(|error| panic!("{error} in: {script}"))
    }

    /// The same where the browser may end the page for what the script does.
    ///
    /// # Panics
    /// There is no frame.
    pub async fn try_in_frame(&self, script: &str) -> Result<Value, CmdError> {
        let frame = self.client.find(Locator::Css("iframe:not(.saver)")).await.expect("there is a frame");
        frame.enter_frame().await.expect("the frame can be entered");
        // The document in which files are looked at stands in one of its own.
        let inner = self.client.find(Locator::Css("iframe[srcdoc]")).await.ok();
        let depth = 1 + u32::from(inner.is_some());
        if let Some(inner) = inner {
            inner.enter_frame().await.expect("the inner frame can be entered");
        }
        let told = self.client.execute(script, Vec::new()).await?;
        for _ in 0..depth {
            self.client.clone().enter_parent_frame().await?;
        }
        Ok(told)
    }

    /// Waits until a button that a selector finds can be clicked, and clicks it as a person does.
    ///
    /// # Panics
    /// It does not appear.
    pub async fn click_on(&self, selector: &str) {
        wait::until(SOON, &format!("{selector} can be clicked"), async || {
            let element = self.client.find(Locator::Css(selector)).await.ok()?;
            if element.is_displayed().await.ok()? { element.click().await.ok() } else { None }
        })
        .await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
