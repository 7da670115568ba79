//! What only Chromium and its driver can do: its own protocol, its log of requests; and tabs.

use std::path::PathBuf;
use std::str::FromStr;

use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::Url;
use serde_json::{Value, json};

use super::Browser;

impl Browser {
    /// Opens another tab and goes there.
    ///
    /// # Panics
    /// As every step.
    pub async fn new_tab(&self) {
        let tab = self.client.new_window(true).await.expect("a tab opens").handle;
        self.tabs.lock().expect("no test panics here").push(tab.clone());
        self.client.switch_to_window(tab).await.expect("the tab is there");
    }

    /// Goes to a tab, counted from 0 in the order in which they were opened.
    ///
    /// # Panics
    /// There is none.
    pub async fn switch_to_tab(&self, index: usize) {
        let tab = self.tabs.lock().expect("no test panics here")[index].clone();
        self.client.switch_to_window(tab).await.expect("the tab is there");
    }

    /// Closes the tab, and goes to the first that is left.
    ///
    /// # Panics
    /// As every step.
    pub async fn close_tab(&self) {
        let closed = self.client.window().await.expect("there is a tab");
        self.client.close_window().await.expect("the tab closes");
        self.tabs.lock().expect("no test panics here").retain(|tab| *tab != closed);
        self.switch_to_tab(0).await;
    }

    /// Runs a script in every page from now on, before the page's own.
    ///
    /// # Panics
    /// The driver does not answer.
    pub async fn before_pages(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// Drops files or folders from the system onto the middle of the page.
    ///
    /// # Panics
    /// The driver does not answer.
    pub async fn drop_onto_page(&self, files: &[PathBuf]) {
        for kind in ["dragEnter", "dragOver", "drop"] {
            let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
            self.devtools("Input.dispatchDragEvent", json!({ "type": kind, "x": 400, "y": 500, "data": data })).await;
        }
    }

    /// Has a tab ask for pages in languages, such as `de-AT,de`, as a reader's settings do.
    ///
    /// # Panics
    /// The driver does not answer.
    pub async fn prefer(&self, languages: &str) {
        let agent = self.script("return navigator.userAgent").await;
        let agent = json!({ "userAgent": agent, "acceptLanguage": languages });
        self.devtools("Emulation.setUserAgentOverride", agent).await;
    }

    /// Every address that the pages asked for since the last time.
    ///
    /// # Panics
    /// The browser was not started to log them.
    pub async fn requested(&self) -> Vec<String> {
        let log = self.command("se/log", json!({ "type": "performance" })).await;
        let messages = log.as_array().into_iter().flatten();
        let urls = messages.filter_map(|entry| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let sent = message["method"] == "Network.requestWillBeSent";
            sent.then(|| message["params"]["request"]["url"].as_str().map(ToOwned::to_owned)).flatten()
        });
        urls.collect()
    }

    /// Calls Chromium's own protocol.
    ///
    /// # Panics
    /// The driver does not answer.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.command("goog/cdp/execute", json!({ "cmd": method, "params": parameters })).await
    }

    async fn command(&self, endpoint: &'static str, body: Value) -> Value {
        let answer: Result<Value, CmdError> = self.client.issue_cmd(Command { endpoint, body: body.to_string() }).await;
        answer.unwrap_or_else(|error| panic!("{endpoint}: {error}"))
    }
}

/// A command that only Chromium's driver knows.
#[derive(Debug)]
struct Command {
    endpoint: &'static str,
    body: String,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.endpoint))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.clone()))
    }
}
