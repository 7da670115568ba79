//! Downloads in an engine whose automation saves none to the disk. The page's own service worker
//! answers, with its own stream and its own bytes; only who takes them is another: a script in the
//! page, in place of the hidden frame and the engine's manager of downloads.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Browser;
use crate::wait;

/// The worker is registered for the whole site, so that a `fetch` of the page goes through it as
/// the frame would.
const COLLECTOR: &str = "
    if (globalThis.collected) return;
    globalThis.collected = [];
    const container = ServiceWorkerContainer.prototype;
    const { register } = container;
    container.register = function (script, options) {
        return register.call(this, script, { ...options, scope: '/' });
    };
    const controlled = async () => {
        while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    const collect = async (url) => {
        const file = { state: 'unfinished', name: '', bytes: undefined };
        collected.push(file);
        try {
            await controlled();
            const response = await fetch(url);
            if (!response.ok) throw new Error(`the answer is ${response.status}`);
            const disposition = response.headers.get('content-disposition');
            file.name = decodeURIComponent(/^attachment;.*filename\\*=UTF-8''(\\S+)$/.exec(disposition)[1]);
            const blob = await response.blob();
            file.bytes = new Uint8Array(await blob.arrayBuffer());
            file.state = 'whole';
        } catch (error) {
            file.state = `broken: ${error}`;
        }
    };
    const frames = HTMLIFrameElement.prototype;
    const { get, set } = Object.getOwnPropertyDescriptor(frames, 'src');
    Object.defineProperty(frames, 'src', { configurable: true, enumerable: true, get, set(url) {
        if (this.matches('.saver')) void collect(url);
        else set.call(this, url);
    } });
";

/// Bytes that travel in one answer of the driver.
const PIECE: usize = 3 << 20;

impl Browser {
    /// Has the page's downloads collected from now on.
    pub(super) async fn collect(&self) {
        self.script(COLLECTOR).await;
    }

    /// Waits for the only download to be whole, takes it out of the page and gives its name and
    /// content.
    pub(super) async fn take_collected(&self, within: Duration) -> (String, Vec<u8>) {
        let found = wait::until(within, "a complete download", async || {
            let found = self.script("return collected.map(({ state, name, bytes }) => [state, name, bytes?.length])");
            let found = found.await.as_array().cloned().unwrap_or_default();
            let whole = found.iter().position(|file| file[0] == "whole")?;
            let unfinished = found.iter().any(|file| file[0] == "unfinished");
            (!unfinished).then(|| (whole, found[whole].clone()))
        });
        let (at, file) = found.await;
        let name = file[1].as_str().unwrap_or_default().to_owned();
        let len = usize::try_from(file[2].as_u64().unwrap_or_default()).expect("it fits into memory");
        let mut content = Vec::with_capacity(len);
        while content.len() < len {
            let piece = format!(
                "const piece = collected[{at}].bytes.subarray({from}, {from} + {PIECE});
                 let text = '';
                 for (let at = 0; at < piece.length; at += 32768)
                     text += String.fromCharCode(...piece.subarray(at, at + 32768));
                 return btoa(text)",
                from = content.len()
            );
            let piece = self.script(&piece).await;
            content.extend(STANDARD.decode(piece.as_str().unwrap_or_default()).expect("the page wrote base64"));
        }
        self.script(&format!("collected.splice({at}, 1)")).await;
        (name, content)
    }

    /// Names of what was collected whole.
    pub(super) async fn collected_whole(&self) -> Vec<String> {
        let script =
            "return (globalThis.collected ?? []).filter(({ state }) => state === 'whole').map(({ name }) => name)";
        let names: Value = self.script(script).await;
        serde_json::from_value(names).expect("they are texts")
    }
}
