//! A browser with a fresh profile that nobody sees, driven by WebDriver. When a test fails, a
//! picture of the page and what it said stay in `target/screenshots`; when it passes, the page must
//! not have complained about anything.

mod accessible;
mod chromium;
mod collected;
mod driver;
pub mod engine;
mod frames;
mod group;
mod hands;
pub mod pages;
pub mod pages_push;
mod pool;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

use self::driver::Driver;
use self::engine::{Engine, Needs};
use self::pool::{Build, Chromium, Requests};
use crate::wait;

/// What a person would call at once, on a machine that is busy with other things.
pub const SOON: Duration = Duration::from_secs(60);

/// Tests that use browsers at the same time: much of their time is waiting. More would only make
/// each other late.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Waits until few enough other tests of this program use browsers.
///
/// # Panics
/// Never: nobody closes the semaphore.
pub async fn turn() -> SemaphorePermit<'static> {
    TURNS.acquire().await.expect("nobody closes the semaphore")
}

/// A browser of one person. Ends when dropped.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    /// Its tabs in the order in which they were opened: drivers list them in an order of their own.
    tabs: Mutex<Vec<WindowHandle>>,
    driver: Driver,
    /// Where its files lie: what it saves and what people send from it.
    files: PathBuf,
    /// Profile and files, unless they belong to a browser that goes on after the test.
    folder: Option<TempDir>,
}

/// A text of a page as people see it: without the marks that set names of files apart from the
/// sentence around them.
fn seen(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}'], "")
}

impl Browser {
    /// Starts one with an empty profile and an empty download folder. Chromium may have served
    /// another test, and has been emptied since.
    ///
    /// # Panics
    /// There is no Chromium, or it does not start.
    pub async fn start() -> Self {
        Self::start_or_take(Build::of_this_run(), Requests::NotLogged).await
    }

    /// Starts one with the interface that people have around the pages: for a test of what
    /// Chromium's headless shell does not have, and for what is measured. In other engines there is
    /// no other.
    ///
    /// # Panics
    /// There is no Chromium, or it does not start.
    pub async fn start_whole() -> Self {
        Self::start_or_take(Build::Whole, Requests::NotLogged).await
    }

    /// Starts one that logs what its pages ask for, which [`requested`](Self::requested) tells.
    ///
    /// # Panics
    /// There is no Chromium, or it does not start.
    pub async fn start_logging_requests() -> Self {
        Self::start_or_take(Build::of_this_run(), Requests::Logged).await
    }

    async fn start_or_take(build: Build, requests: Requests) -> Self {
        match Engine::of_this_run() {
            Engine::Chromium => {
                let chromium = match Chromium::idle(build) {
                    Some(chromium) => chromium,
                    None => Chromium::start(build, new_folder(), &[], "").await,
                };
                Self::attach_emptied(chromium, requests).await
            }
            Engine::Firefox | Engine::WebKit => Self::start_in(new_folder(), "").await,
        }
    }

    /// Starts one of its own, with more arguments for Chromium.
    ///
    /// # Panics
    /// There is no Chromium, or it does not start.
    pub async fn start_with(more: &[&str]) -> Self {
        Self::start_of_its_own(more, "").await
    }

    /// Kills it as a power cut would, and starts it again with the profile that it had.
    ///
    /// # Panics
    /// It does not start.
    pub async fn kill_and_start_again(self) -> Self {
        let Self { driver, folder, .. } = self;
        match (driver.kill_browser(), folder) {
            (Some((build, kept)), _) => {
                let chromium = Chromium::start(build, kept, &[], "").await;
                let browser = Self::attach_to(chromium, Requests::NotLogged).await;
                browser.save_into_downloads().await;
                browser
            }
            (None, folder) => Self::start_in(folder.expect("its driver started it"), "").await,
        }
    }

    /// Starts one of its own whose clock shows the time of a zone, such as `Asia/Kolkata`.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_in_zone(zone: &str) -> Self {
        Self::start_of_its_own(&[], &format!("TZ={zone} ")).await
    }

    async fn start_of_its_own(more: &[&str], variables: &str) -> Self {
        match Engine::of_this_run() {
            Engine::Chromium => {
                let chromium = Chromium::start(Build::of_this_run(), new_folder(), more, variables).await;
                Self::attach_emptied(chromium.only_once(), Requests::NotLogged).await
            }
            Engine::Firefox | Engine::WebKit => Self::start_in(new_folder(), variables).await,
        }
    }

    /// Attaches a driver to a Chromium that runs, and empties that.
    async fn attach_emptied(chromium: Chromium, requests: Requests) -> Self {
        let browser = Self::attach_to(chromium, requests).await;
        browser.empty().await;
        if matches!(requests, Requests::Logged) {
            // Until its tab was closed, the page of the test before may have asked its server.
            let _ = browser.requested().await;
        }
        browser
    }

    async fn attach_to(chromium: Chromium, requests: Requests) -> Self {
        let files = chromium.folder().to_owned();
        let capabilities = chromium.capabilities(requests);
        let driver = Driver::start(Engine::Chromium, Some(chromium), "").await;
        Self::connect(driver, capabilities, files, None).await
    }

    /// Has a driver start a browser in a folder.
    async fn start_in(folder: TempDir, variables: &str) -> Self {
        let engine = Engine::of_this_run();
        let files = folder.path().to_owned();
        let capabilities = engine.capabilities(&files, &made(files.join(DOWNLOADS)));
        let driver = Driver::start(engine, None, variables).await;
        Self::connect(driver, capabilities, files, Some(folder)).await
    }

    async fn connect(mut driver: Driver, capabilities: Value, files: PathBuf, folder: Option<TempDir>) -> Self {
        let Value::Object(wanted) = capabilities else { unreachable!("it is written as an object") };
        let connecting = ClientBuilder::new(HttpConnector::new()).capabilities(wanted).connect(&driver.address()).await;
        let client = connecting.expect("the browser starts; `cargo xtask test` installs it where it is missing");
        driver.session = client.session_id().await.expect("the driver answers");
        let tabs = Mutex::new(vec![client.window().await.expect("it starts with a tab")]);
        Self { client, tabs, driver, files, folder }
    }

    /// Opens an address.
    ///
    /// # Panics
    /// As every step of a browser: it panics with what went wrong.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// Loads the page again.
    ///
    /// # Panics
    /// As every step.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page loads again");
    }

    /// What stands in the address bar.
    ///
    /// # Panics
    /// As every step.
    pub async fn address(&self) -> String {
        self.client.current_url().await.expect("a page is open").to_string()
    }

    /// Runs a script in the page and gives what it returns.
    ///
    /// # Panics
    /// The script throws.
    pub async fn script(&self, script: &str) -> Value {
        self.script_with(script, Vec::new()).await
    }

    /// Runs a script with arguments.
    ///
    /// # Panics
    /// The script throws.
    pub async fn script_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{error} in: {script}"))
    }

    /// `document.body.dataset.state`.
    pub async fn state(&self) -> String {
        // While a page loads, there may be no document to ask.
        let state = self.client.execute("return document.body?.dataset?.state ?? ''", Vec::new()).await;
        state.ok().and_then(|state| state.as_str().map(ToOwned::to_owned)).unwrap_or_default()
    }

    /// Waits until the page's state is one of these, and gives it.
    ///
    /// # Panics
    /// It becomes none of them; says what the page shows instead.
    pub async fn state_of(&self, wanted: &[&str]) -> String {
        self.state_within(SOON, wanted).await
    }

    /// The same with another deadline.
    ///
    /// # Panics
    /// As [`state_of`](Self::state_of).
    pub async fn state_within(&self, within: Duration, wanted: &[&str]) -> String {
        let found = tokio::time::timeout(within, async {
            loop {
                let state = self.state().await;
                if wanted.contains(&state.as_str()) {
                    return state;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        match found.await {
            Ok(state) => {
                if state == "ready" && !Engine::of_this_run().can(Needs::Downloads) {
                    self.collect().await;
                }
                state
            }
            Err(_) => {
                panic!("not {wanted:?} within {within:?}, but {:?}:\n{}", self.state().await, self.visible().await)
            }
        }
    }

    /// The text that a person sees.
    pub async fn visible(&self) -> String {
        let text = self.client.execute("return document.body?.innerText ?? ''", Vec::new()).await;
        text.ok().and_then(|text| text.as_str().map(seen)).unwrap_or_default()
    }

    /// An element by its id.
    ///
    /// # Panics
    /// There is none.
    pub async fn element(&self, id: &str) -> Element {
        self.client.find(Locator::Id(id)).await.unwrap_or_else(|error| panic!("#{id}: {error}"))
    }

    /// Waits until a control can be used, and clicks it as a person does.
    ///
    /// # Panics
    /// It does not appear.
    pub async fn click(&self, id: &str) {
        wait::until(SOON, &format!("#{id} can be clicked"), async || {
            let element = self.client.find(Locator::Id(id)).await.ok()?;
            let usable = element.is_displayed().await.ok()? && element.is_enabled().await.ok()?;
            if usable { element.click().await.ok() } else { None }
        })
        .await;
    }

    /// Types into a field.
    ///
    /// # Panics
    /// As every step.
    pub async fn type_into(&self, id: &str, text: &str) {
        // WebKit's driver takes no empty text.
        if text.is_empty() {
            return;
        }
        self.element(id).await.send_keys(text).await.unwrap_or_else(|error| panic!("#{id}: {error}"));
    }

    /// Presses keys wherever the focus is.
    ///
    /// # Panics
    /// As every step.
    pub async fn press(&self, keys: &str) {
        let strokes = keys.chars().flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]);
        let actions = strokes.fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
        self.client.perform_actions(actions).await.expect("keys can be pressed");
    }

    /// The id of what has the focus.
    pub async fn focused(&self) -> String {
        self.script("return document.activeElement?.id ?? ''").await.as_str().unwrap_or_default().to_owned()
    }

    /// Chooses a value of a list.
    ///
    /// # Panics
    /// The list has no such value.
    pub async fn choose(&self, id: &str, value: &str) {
        let list = self.element(id).await;
        list.select_by_value(value).await.unwrap_or_else(|error| panic!("#{id} has no {value}: {error}"));
    }

    /// The text of an element as a person sees it.
    pub async fn text(&self, id: &str) -> String {
        seen(&self.element(id).await.text().await.unwrap_or_default())
    }

    /// The value of a field.
    pub async fn value(&self, id: &str) -> String {
        self.element(id).await.prop("value").await.ok().flatten().unwrap_or_default()
    }

    /// Elements by a selector of CSS.
    ///
    /// # Panics
    /// As every step.
    pub async fn all(&self, selector: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(selector)).await.expect("the selector is one")
    }

    /// Where downloads are saved.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.files.join(DOWNLOADS)
    }

    /// A folder for files to be sent, deleted with the browser.
    ///
    /// # Panics
    /// There is no room.
    #[must_use]
    pub fn outbox(&self) -> PathBuf {
        made(self.files.join(OUTBOX))
    }

    /// Waits for the only file in the download folder to be complete, takes it out of there and
    /// gives its name and content. In an engine that saves nothing, what its page saved is given.
    ///
    /// # Panics
    /// It does not come.
    pub async fn downloaded(&self) -> (String, Vec<u8>) {
        const WITHIN: Duration = Duration::from_secs(60);
        if !Engine::of_this_run().can(Needs::Downloads) {
            return self.take_collected(WITHIN).await;
        }
        let path = self.download_within(WITHIN).await;
        let content = std::fs::read(&path).expect("it was listed");
        std::fs::remove_file(&path).expect("it is ours");
        (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), content)
    }

    /// Waits for the only file in the download folder to be complete.
    ///
    /// # Panics
    /// It does not come.
    pub async fn download_within(&self, within: Duration) -> PathBuf {
        wait::until(within, "a complete download", async || {
            let files = self.in_downloads();
            let unfinished = files.iter().any(|file| is_unfinished(file));
            (files.len() == 1 && !unfinished).then(|| files[0].clone())
        })
        .await
    }

    /// What lies in the download folder, unfinished or not.
    #[must_use]
    pub fn in_downloads(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.downloads()).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    /// What lies there and could be taken for a whole file: not marked as unfinished by the
    /// browser. (Firefox keeps the place of an unfinished file with an empty one.)
    pub async fn looking_whole(&self) -> Vec<PathBuf> {
        if !Engine::of_this_run().can(Needs::Downloads) {
            return self.collected_whole().await.into_iter().map(PathBuf::from).collect();
        }
        let empty = |file: &PathBuf| file.metadata().is_ok_and(|metadata| metadata.len() == 0);
        self.in_downloads().into_iter().filter(|file| !is_unfinished(file) && !empty(file)).collect()
    }

    /// Memory of all its processes, in bytes: what only they have, and their parts of what they
    /// share.
    #[must_use]
    pub fn resident_bytes(&self) -> u64 {
        self.driver.resident_bytes()
    }

    /// What the page wrote to its console and should not have. Forgets it.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.driver.complaints()
    }
}

/// Folders of a browser beside its profile.
const DOWNLOADS: &str = "downloads";
const OUTBOX: &str = "outbox";

fn new_folder() -> TempDir {
    TempDir::new().expect("there is room for a profile")
}

/// A folder that is there.
fn made(folder: PathBuf) -> PathBuf {
    std::fs::create_dir_all(&folder).expect("the folder is ours");
    folder
}

fn is_unfinished(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".crdownload") || name.starts_with(".org.chromium") || name.ends_with(".part")
}
