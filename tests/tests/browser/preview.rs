//! Looking into a file: counted like a download, once; and nothing in a file can do anything.

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::{sent, started, taken};

/// A red point.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\
    \x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// What a file would do if it could.
const ATTACK: &str = "owned = 1; try { parent.postMessage('owned', '*'); } catch {} \
    try { top.document.title = 'owned'; } catch {} try { document.title = 'owned'; } catch {}";

pub(crate) async fn preview(browser: &Browser, name: &str) {
    browser.click_on(&format!("#files button.look[aria-label$='{name}']")).await;
    if browser.state().await == "confirm" {
        browser.click("download-confirm").await;
    }
    // A module of megabytes may have to be compiled first.
    browser.state_within(3 * SOON, &["preview"]).await;
}

async fn back(browser: &Browser) {
    browser.click("preview-back").await;
    browser.state_of(&["ready"]).await;
}

#[tokio::test]
async fn looking_into_files_counts_one_download_and_saving_them_then_none() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("a.txt", "first\n"), Source::new("README.md", "# Read me"), Source::new("point.png", PNG)];
    let (package, link) = sent(&server, &files, &LinkTerms { downloads_max: 2, ..LinkTerms::default() }).await;
    recipient.look(&link).await;
    assert_eq!(recipient.listed().await, ["README.md", "a.txt", "point.png"], "what is to be read stands first");
    recipient.click_on("#files button.look").await;
    assert!(recipient.text("confirm-title").await.contains("one of the 2 downloads"));
    recipient.click("download-not").await;
    recipient.state_of(&["ready"]).await;
    assert_eq!((taken(&server, &package).await, started(&server, &package).await), (0, 0));

    preview(&recipient, "README.md").await;
    assert_eq!(recipient.script_in_frame("return document.querySelector('pre').textContent").await, "# Read me");
    assert_eq!((taken(&server, &package).await, started(&server, &package).await), (1, 1));
    recipient.assert_accessible().await;
    back(&recipient).await;
    preview(&recipient, "point.png").await;
    assert_eq!(recipient.script_in_frame("return document.querySelector('img').naturalWidth").await, 1);
    recipient.click("preview-save").await;
    recipient.state_of(&["ask-saved"]).await;
    let (name, content) = recipient.downloaded().await;
    assert_eq!((name.as_str(), content.as_slice()), ("point.png", PNG));
    recipient.click("saved-yes").await;
    recipient.state_of(&["ready"]).await;
    recipient.click("download").await;
    recipient.save().await;
    assert_eq!((taken(&server, &package).await, started(&server, &package).await), (1, 1));
}

#[tokio::test]
async fn nothing_in_a_file_can_do_anything() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload=\"{ATTACK}\"><script>{ATTACK}</script>\
         <foreignObject><iframe xmlns='http://www.w3.org/1999/xhtml' srcdoc=\"&lt;script&gt;owned&lt;/script&gt;\"/></foreignObject></svg>"
    );
    let html = format!("<!doctype html><script>{ATTACK}</script><img src=x onerror=\"{ATTACK}\">");
    let files = [
        Source::new("drawing.svg", svg),
        Source::new("page.html", html.clone()),
        Source::new("photo.png", html.clone()),
        Source::new("film.mp4", html.clone()),
        Source::new("turned.txt", "harmless\u{202e}fdp.exe \x1b[2J"),
    ];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    recipient
        .script("window.heard = []; addEventListener('message', ({ data }) => heard.push(JSON.stringify(data)))")
        .await;

    preview(&recipient, "drawing.svg").await;
    // Engines differ in the natural size of a drawing; that it was loaded, and not as markup, is
    // what counts.
    assert_eq!(
        recipient
            .script_in_frame("return document.querySelector('img').complete && !document.querySelector('svg')")
            .await,
        true
    );
    assert_nothing_ran(&recipient, "drawing.svg").await;
    back(&recipient).await;

    preview(&recipient, "page.html").await;
    assert_eq!(recipient.script_in_frame("return document.querySelector('pre').textContent").await, html);
    assert_nothing_ran(&recipient, "page.html").await;
    back(&recipient).await;

    preview(&recipient, "turned.txt").await;
    let shown = recipient.script_in_frame("return document.querySelector('pre').textContent").await;
    assert_eq!(shown, "harmless⟨U+202E⟩fdp.exe ⟨U+001B⟩[2J");
    back(&recipient).await;

    for other in ["photo.png", "film.mp4"] {
        preview(&recipient, other).await;
        assert!(recipient.text("preview-problem").await.contains("not what its name says"));
        assert!(recipient.all("#preview-stage iframe").await.is_empty());
        back(&recipient).await;
    }
}

async fn assert_nothing_ran(recipient: &Browser, name: &str) {
    // Longer than anything in the file would need.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let reached = recipient
        .script_in_frame(
            "const reach = (act) => { try { return String(act()); } catch { return 'nothing'; } };
             return [self.origin, typeof owned, document.title, document.documentElement.lang,
                 reach(() => parent.document.title), reach(() => localStorage.length), reach(() => document.cookie),
                 reach(() => top.location.href), reach(() => navigator.serviceWorker.controller.state)].join('|')",
        )
        .await;
    assert_eq!(
        reached,
        format!("null|undefined|Content of {name}|en|nothing|nothing|nothing|nothing|nothing"),
        "an origin that nothing else has, and no way out"
    );
    assert_eq!(
        recipient.script("return typeof owned + heard.filter((data) => data.includes('owned'))").await,
        "undefined"
    );
    assert!(!recipient.script("return document.title").await.to_string().contains("owned"));
}

#[tokio::test]
async fn the_document_of_a_look_has_no_network() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &[Source::new("a.txt", "a")], &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "a.txt").await;
    recipient
        .script_in_frame(
            "window.answers = []; const note = (what) => answers.push(what);
             fetch('/api/v1/config').then(() => note('answered'), () => note('refused'));
             const image = new Image(); image.onload = () => note('answered'); image.onerror = () => note('refused');
             image.src = '/images/mark.svg';",
        )
        .await;
    let answers = wait::until(SOON, "both were refused", async || {
        let answers = recipient.script_in_frame("return answers").await;
        (answers.as_array().map(Vec::len) == Some(2)).then_some(answers)
    })
    .await;
    assert_eq!(answers, serde_json::json!(["refused", "refused"]));
    // Which the browser says aloud.
    let _ = recipient.complaints();
}

#[tokio::test]
async fn a_picture_that_would_fill_the_memory_is_not_shown() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let mut huge = PNG.to_vec();
    huge[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    let (_, link) = sent(&server, &[Source::new("huge.png", huge.clone())], &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "huge.png").await;
    assert!(recipient.text("preview-problem").await.contains("too much memory"));
    recipient.click("preview-save").await;
    recipient.state_of(&["ask-saved"]).await;
    assert_eq!(recipient.downloaded().await.1, huge);
}

#[tokio::test]
async fn a_sound_is_played_where_it_is_shown() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    // Two seconds of silence, and before them so much else that they lie in the middle of a part.
    let (rate, len) = (8_000_u32, 16_000_u32);
    let mut sound = [b"RIFF".as_slice(), &(36 + len).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    sound.extend([rate.to_le_bytes(), rate.to_le_bytes(), [1, 0, 8, 0], *b"data", len.to_le_bytes()].concat());
    sound.resize(44 + len as usize, 128);
    let files = [Source::new("before.bin", vec![7; 2_000_000]), Source::new("silence.wav", sound)];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "silence.wav").await;
    assert_eq!(recipient.script_in_frame("return document.querySelector('audio').duration").await, 2);
    recipient.assert_accessible().await;
}

#[tokio::test]
async fn a_document_that_does_not_come_is_no_dead_end() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &[Source::new("a.txt", "still here")], &LinkTerms::default()).await;
    recipient.look(&link).await;
    // As where something between server and browser keeps frames away.
    recipient
        .script(
            "const { src } = Object.getOwnPropertyDescriptors(HTMLIFrameElement.prototype);
             Object.defineProperty(HTMLIFrameElement.prototype, 'src', { ...src, set(url) {
                 src.set.call(this, url === '/preview' ? '/dl/nothing' : url);
             } });",
        )
        .await;
    preview(&recipient, "a.txt").await;
    assert!(recipient.text("preview-problem").await.contains("You can save it"));
    let _ = recipient.complaints();
    recipient.click("preview-save").await;
    recipient.state_of(&["ask-saved"]).await;
    assert_eq!(recipient.downloaded().await.1, b"still here");
}

#[tokio::test]
async fn a_window_inside_of_an_app_says_so_before_anything_is_counted() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let agent =
        "--user-agent=Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Chrome/120.0 Mobile Instagram 300.0";
    let (server, recipient) = (Server::start().await, Browser::start_with(&[agent]).await);
    let (package, link) = sent(&server, &[Source::new("a.txt", "a")], &LinkTerms::default()).await;
    recipient.look(&link).await;
    assert!(recipient.text("surroundings").await.contains("inside another app"));
    recipient.assert_accessible().await;
    // Another window gets the link whole: copied, or where copying is not allowed, by the address
    // bar.
    let stub = |how: &str| format!("navigator.clipboard.writeText = async (text) => {{ {how} }}");
    let told = async || recipient.text("copy-link").await;
    assert!(!recipient.address().await.contains('#'));
    recipient.script(&stub("window.taken = text")).await;
    recipient.click("copy-link").await;
    wait::until_so(SOON, "it is copied", told, |told| told == "Copied").await;
    assert_eq!(recipient.script("return window.taken").await, link);
    recipient.script(&stub("throw new DOMException('no', 'NotAllowedError')")).await;
    recipient.click("copy-link").await;
    wait::until_so(SOON, "it is in the address bar", told, |told| told.contains("address bar")).await;
    assert_eq!(recipient.address().await, link);
    recipient.reload().await;
    recipient.state_of(&["ready"]).await;
    assert!(!recipient.address().await.contains('#'));
    // A sentence, not a refusal.
    recipient.take().await;
    recipient.save().await;
    assert_eq!(started(&server, &package).await, 1);
}

#[tokio::test]
async fn the_beginning_of_a_long_text_is_shown() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let long: String = (0..500_000).map(|line| format!("{line}\n")).collect();
    let files = [Source::new("before.bin", vec![7; 300_000]), Source::new("long.log", long.clone())];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "long.log").await;
    assert!(recipient.text("preview-lead").await.contains("This is the beginning"));
    let shown = recipient.script_in_frame("return document.querySelector('pre').textContent").await;
    assert_eq!(shown, &long[..256 * 1024]);
}

#[tokio::test]
async fn a_text_that_is_not_utf_8_says_so_and_can_be_shown_in_another_encoding() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    // 日本語のテキスト。お知らせです。 and Привет, мир!
    let japanese =
        b"\x93\xfa\x96{\x8c\xea\x82\xcc\x83e\x83L\x83X\x83g\x81B\x82\xa8\x92m\x82\xe7\x82\xb9\x82\xc5\x82\xb7\x81B";
    let russian = b"\xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0!";
    let utf_16: Vec<u8> = "größer".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files = [
        Source::new("japanese.txt", &japanese[..]),
        Source::new("russian.txt", &russian[..]),
        Source::new("unmarked.txt", utf_16),
        Source::new("program.txt", &b"\x7fELF\x02\x01\x01\0\0\0\0\0\xfe\xff\x03\0>\0\x01\0\0\0\xc0"[..]),
        Source::new("utf-8.txt", "größer"),
    ];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    let shown = async || recipient.script_in_frame("return document.querySelector('pre').textContent").await;

    preview(&recipient, "japanese.txt").await;
    assert_eq!(shown().await, "日本語のテキスト。お知らせです。");
    assert_eq!(recipient.value("preview-encoding").await, "shift_jis");
    assert!(recipient.text("preview-encoding-row").await.contains("not UTF-8"));
    recipient.assert_accessible().await;
    recipient.choose("preview-encoding", "windows-1251").await;
    wait::until_so(SOON, "it is shown again", shown, |text| text.to_string().contains('“')).await;
    back(&recipient).await;
    assert!(recipient.all("#preview-encoding-row").await.is_empty());

    preview(&recipient, "russian.txt").await;
    assert_eq!(shown().await, "Привет, мир!");
    assert_eq!(recipient.value("preview-encoding").await, "windows-1251");
    back(&recipient).await;
    for name in ["unmarked.txt", "utf-8.txt"] {
        preview(&recipient, name).await;
        assert_eq!(shown().await, "größer");
        assert!(recipient.all("#preview-encoding-row").await.is_empty(), "{name} is Unicode");
        back(&recipient).await;
    }
    preview(&recipient, "program.txt").await;
    assert!(recipient.text("preview-problem").await.contains("is no text"));
}
