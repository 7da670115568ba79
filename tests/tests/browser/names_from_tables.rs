//! Promise: names for links come out of a table that a spreadsheet saved, or of cells that are
//! pasted; what is left out is said with its row and why, before anything is made.

use serde_json::json;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::server::Server;
use subrosa_tests::{only_if_browser_can, wait};

/// The page of a result, with the form for more links open.
async fn with_form(server: &Server) -> Browser {
    let sender = Browser::start().await;
    let files = sender.prepare(&[("a.txt", b"a")]);
    sender.send(&server.origin(), &files, &Choices::default()).await;
    sender.script("document.querySelector('#add-block').open = true").await;
    sender
}

/// Picks a table, and gives what the page says about it.
async fn pick(sender: &Browser, name: &str, content: &[u8]) -> String {
    let table = sender.prepare(&[(name, content)]);
    sender.script("document.getElementById('add-taken').hidden = true").await;
    sender.type_into("add-table", &table[0].display().to_string()).await;
    wait::until(SOON, "the table is read", async || {
        let problem = sender.text("add-problem").await;
        let is_read = !problem.is_empty() || !sender.text("add-taken").await.is_empty();
        is_read.then_some(problem)
    })
    .await;
    left_out(sender).await
}

async fn left_out(sender: &Browser) -> String {
    let lines = "return [...document.querySelectorAll('#add-left-out:not([hidden]) li')].map((line) => line.innerText).join('\\n')";
    sender.script(lines).await.as_str().unwrap().replace(['\u{2068}', '\u{2069}'], "")
}

async fn field(sender: &Browser) -> Vec<String> {
    sender.value("add-label").await.lines().map(str::to_owned).collect()
}

async fn fill(sender: &Browser, text: &str) {
    sender.script_with("document.getElementById('add-label').value = arguments[0]", vec![json!(text)]).await;
}

async fn paste(sender: &Browser, text: &str) {
    let paste = "
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', arguments[0]);
        const pasted = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
        return document.getElementById('add-label').dispatchEvent(pasted);";
    sender.script_with(paste, vec![json!(text)]).await;
}

#[tokio::test]
async fn names_come_out_of_a_table_and_what_is_left_out_is_said_before_anything_is_made() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start().await;
    let sender = with_form(&server).await;
    let table = "\u{feff}Nr;Empfänger\r\n1;Anna Canary\r\n2;\r\n3;\"Lee, \"\"Bo\"\"\"\r\n4;Anna Canary\r\n5;=1+1\r\n";
    let said = pick(&sender, "people.csv", table.as_bytes()).await;
    assert_eq!(field(&sender).await, ["Anna Canary", "Lee, \"Bo\"", "=1+1"]);
    assert!(said.contains("heading: row 1") && said.contains("empty: row 3"), "{said}");
    assert!(said.contains("already: row 5 “Anna Canary”"), "{said}");
    sender.assert_accessible().await;
    assert_eq!(sender.script("return document.querySelectorAll('#other-links li').length").await, 0, "nothing is made");

    // Another column, and no heading; each row as it stands.
    fill(&sender, "").await;
    pick(&sender, "people.csv", b"Anna,Cologne\nBob,Bonn\n").await;
    sender.script("const c = document.getElementById('add-column'); c.selectedIndex = 1; c.dispatchEvent(new Event('change'))").await;
    assert_eq!(field(&sender).await, ["Cologne", "Bonn"]);
    sender.script("const c = document.getElementById('add-column'); c.selectedIndex = 2; c.dispatchEvent(new Event('change'))").await;
    assert_eq!(field(&sender).await, ["Anna,Cologne", "Bob,Bonn"]);
    sender.click("add-heading").await;
    assert_eq!(field(&sender).await, ["Bob,Bonn"]);

    // What stands in the field stays, and what is made of it is left out the next time.
    fill(&sender, "Cleo").await;
    paste(&sender, "Anna\t1\nCleo\t2\nBob\t3\n").await;
    assert_eq!(field(&sender).await, ["Cleo", "Anna", "Bob"]);
    assert!(left_out(&sender).await.contains("already: row 2 “Cleo”"));
    sender.click("add-make").await;
    let made = async || sender.script("return document.querySelectorAll('#other-links li').length").await;
    wait::until_so(SOON, "they are made", made, |made| *made == 3).await;
    wait::until_so(SOON, "the field is empty", async || sender.value("add-label").await, String::is_empty).await;
    assert_eq!(left_out(&sender).await, "");
    let said = pick(&sender, "people.csv", b"name\nBob\nDan\n").await;
    assert_eq!(field(&sender).await, ["Dan"]);
    assert!(said.contains("a link with this name: row 2 “Bob”"), "{said}");

    // A list of names is no table, whatever stands in it. What is typed twice is told.
    fill(&sender, "").await;
    sender.type_into("add-label", "Lee, Anna\nEve\nEve").await;
    let twice = async || sender.text("add-twice").await;
    wait::until_so(SOON, "it is told", twice, |told| told.contains("Eve")).await;
    assert_eq!(field(&sender).await, ["Lee, Anna", "Eve", "Eve"]);
}

#[tokio::test]
async fn large_odd_and_hostile_tables_are_read_or_refused_as_a_whole() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start().await;
    let sender = with_form(&server).await;
    let many: String = (1..=10_000).map(|row| format!("Person {row};x\n")).collect();
    let said = pick(&sender, "many.csv", many.as_bytes()).await;
    // One of 250 is the first link.
    assert_eq!(field(&sender).await.len(), 249);
    assert!(said.contains("9,751 rows left out, as these files can have no more links: 250 “Person 250”"), "{said}");
    assert!(said.len() < 1000, "{said}");

    for (name, content, problem) in [
        ("rows.csv", "a\n".repeat(10_001).into_bytes(), "too many rows"),
        ("large.csv", vec![b'a'; 1024 * 1024 + 1], "too large"),
        ("larger.csv", vec![b'a'; 3 * 1024 * 1024], "too large"),
        ("open.csv", b"Anna\n\"Bob\nCleo\n".to_vec(), "in row 2"),
    ] {
        fill(&sender, "Dan").await;
        pick(&sender, name, &content).await;
        let told = sender.text("add-problem").await;
        assert!(told.contains(problem), "{name}: {told}");
        assert_eq!(field(&sender).await, ["Dan"], "{name}");
    }
    paste(&sender, &"a\tb\n".repeat(300_000)).await;
    assert!(sender.text("add-problem").await.contains("too large"));

    // What a spreadsheet of yesterday saves, and of a system of two bytes a character.
    fill(&sender, "").await;
    let said = pick(&sender, "old.csv", b"J\xfcrgen;1\n").await;
    assert_eq!(field(&sender).await, ["Jürgen"]);
    assert!(said.contains("UTF-8"), "{said}");
    fill(&sender, "").await;
    let wide: Vec<u8> = "\u{feff}Jürgen\t1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(pick(&sender, "wide.txt", &wide).await, "");
    assert_eq!(field(&sender).await, ["Jürgen"]);

    // A name is one line, and turns nothing around.
    fill(&sender, "").await;
    pick(&sender, "hostile.csv", "\"Eve\r\nBcc: x\u{202e}gro\";1\n<b>Bob</b>;2\n".as_bytes()).await;
    assert_eq!(field(&sender).await, ["Eve Bcc: xgro", "<b>Bob</b>"]);
    sender.assert_accessible().await;
}
