//! Sounds and films that are played while they are fetched.

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use subrosa_tests::wire::Wire;

use crate::preview::preview;
use crate::{sent, sent_to, started};

const RATE: u32 = 8_000;

/// So many seconds of silence, a byte per sample.
fn silence(secs: u32) -> Vec<u8> {
    let len = secs * RATE;
    let mut sound = [b"RIFF".as_slice(), &(36 + len).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    sound.extend([RATE.to_le_bytes(), RATE.to_le_bytes(), [1, 0, 8, 0], *b"data", len.to_le_bytes()].concat());
    sound.resize(44 + len as usize, 128);
    sound
}

/// Moves to a second and waits until sound is there.
async fn seek(browser: &Browser, second: u32) {
    browser.script_in_frame(&format!("document.querySelector('audio').currentTime = {second}")).await;
    wait::until(SOON, "the place is reached", async || {
        let there = "const audio = document.querySelector('audio');
            return !audio.seeking && audio.readyState >= 3 && audio.currentTime";
        let at = browser.script_in_frame(there).await.as_f64()?;
        (at >= f64::from(second)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_sound_larger_than_any_memory_for_it_begins_at_once_and_its_end_is_heard() {
    const MIB: u64 = 1 << 20;
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let secs = 264 * (MIB as u32) / RATE;
    let files = [Source::new("before.bin", vec![7; 100_001]), Source::new("long.wav", silence(secs))];
    let (package, link) = sent_to(&server, &wire.origin(), &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    let before = wire.received();
    preview(&recipient, "long.wav").await;
    assert_eq!(recipient.text("preview-problem").await, "");
    assert_eq!(recipient.script_in_frame("return Math.floor(document.querySelector('audio').duration)").await, secs);
    recipient.assert_accessible().await;
    for second in [secs / 2, secs - 2, 1, secs / 2 + 1, secs - 3] {
        seek(&recipient, second).await;
    }
    let fetched = wire.received() - before;
    assert!(fetched < 48 * MIB, "{} MiB were fetched", fetched / MIB);
    assert_eq!(started(&server, &package).await, 1);

    // All of it can still be saved: looks leave enough.
    recipient.click("preview-back").await;
    recipient.state_of(&["ready"]).await;
    assert!(recipient.all("#preview-stage iframe").await.is_empty());
}

#[tokio::test]
async fn a_sound_that_is_played_goes_on_after_the_network_was_away() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let secs = 40 << 20 >> 13;
    let files = [Source::new("long.wav", silence(secs))];
    let (_, link) = sent_to(&server, &wire.origin(), &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "long.wav").await;
    wire.cut();
    recipient.script_in_frame(&format!("document.querySelector('audio').currentTime = {}", secs - 10)).await;
    let lead = async || recipient.text("preview-lead").await;
    wait::until_so(SOON, "the page says that the server does not answer", lead, |lead| {
        lead.contains("Nothing is lost")
    })
    .await;
    wire.mend();
    seek(&recipient, secs - 10).await;
}

#[tokio::test]
async fn looks_leave_enough_to_save_what_was_looked_at() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let secs = 12 << 20 >> 13;
    let files = [Source::new("long.wav", silence(secs))];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "long.wav").await;
    // As if it had been looked at for long.
    recipient
        .script(
            "for (const name of Object.keys(localStorage)) if (name.startsWith('subrosa/lease/')) {
                 const lease = { ...JSON.parse(localStorage[name]), looked: 1.74 * 12 * 1048576 };
                 localStorage[name] = JSON.stringify(lease);
             }",
        )
        .await;
    recipient.script_in_frame(&format!("document.querySelector('audio').currentTime = {}", secs - 10)).await;
    let problem = async || recipient.text("preview-problem").await;
    wait::until_so(SOON, "the page says so", problem, |problem| problem.contains("as much as one download")).await;
    recipient.click("preview-save").await;
    recipient.state_of(&["ask-saved"]).await;
    assert_eq!(recipient.downloaded().await.1.len(), files[0].bytes.len());
}

#[tokio::test]
async fn where_nothing_plays_by_pieces_a_sound_is_held_whole() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let secs = 12 << 20 >> 13;
    let (_, link) = sent(&server, &[Source::new("long.wav", silence(secs))], &LinkTerms::default()).await;
    recipient.before_pages("Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })").await;
    recipient.look(&link).await;
    preview(&recipient, "long.wav").await;
    assert_eq!(recipient.script_in_frame("return self.origin").await, "null");
    assert_eq!(recipient.script_in_frame("return Math.floor(document.querySelector('audio').duration)").await, secs);
}

#[tokio::test]
async fn nothing_but_sounds_and_films_is_played_and_no_script_runs_beside_them() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let page = format!("<!doctype html><script>owned = 1</script>{}", " ".repeat(9 << 20));
    let files = [Source::new("film.mp4", page), Source::new("long.wav", silence(10 << 20 >> 13))];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "film.mp4").await;
    assert!(recipient.text("preview-problem").await.contains("not what its name says"));
    assert!(recipient.all("#preview-stage iframe").await.is_empty());
    recipient.click("preview-back").await;
    recipient.state_of(&["ready"]).await;

    preview(&recipient, "long.wav").await;
    let src = recipient.script_in_frame("return document.querySelector('audio').src").await;
    let src = src.as_str().unwrap();
    recipient
        .script_in_frame(
            "const script = document.createElement('script');
             script.onerror = () => (document.title = 'refused');
             script.onload = () => (document.title = 'ran');
             try { script.src = '/scripts/workers/trusted-scripts.js'; document.body.append(script); }
             catch { document.title = 'refused'; }",
        )
        .await;
    wait::until(SOON, "a script is refused there", async || {
        (recipient.script_in_frame("return document.title").await == "refused").then_some(())
    })
    .await;
    // What is played is a sound to whoever else asks for it, too.
    let kind = recipient
        .script_in_frame(&format!(
            "const request = new XMLHttpRequest(); request.open('GET', '{src}', false);
             try {{ request.send(); return 'answered'; }} catch {{ return 'refused'; }}"
        ))
        .await;
    assert_eq!(kind, "refused");
    let _ = recipient.complaints();
}
