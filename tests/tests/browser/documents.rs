//! Looks into PDF files: their pages are drawn, in a document that reaches nothing.

use std::fmt::Write as _;

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::preview::preview;
use crate::{sent, started};

/// A document: on each page its number, in a font that is not embedded, and below it a green
/// square. `more` comes after the catalog's pages.
pub(crate) fn document(pages: usize, more: &str) -> Vec<u8> {
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", 4 + 2 * page)).collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {more} >>"),
        format!("<< /Type /Pages /Kids [{kids}] /Count {pages} >>"),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for page in 0..pages {
        let drawn = format!("BT /F1 72 Tf 60 400 Td (Page {}) Tj ET 0 1 0 rg 100 100 200 200 re f", page + 1);
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * page
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()));
    }
    let (mut text, mut places) = ("%PDF-1.7\n".to_owned(), Vec::new());
    for (index, object) in objects.iter().enumerate() {
        places.push(text.len());
        let _ = write!(text, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let xref = text.len();
    let _ = write!(text, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    for place in &places {
        let _ = writeln!(text, "{place:010} 00000 n ");
    }
    let _ = write!(text, "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n", places.len() + 1);
    text.into_bytes()
}

/// What is drawn on a page, from 0: the colour in the middle of the square, and whether anything is
/// dark where the text is.
async fn drawn(browser: &Browser, page: usize) -> (Vec<u64>, bool) {
    let script = format!(
        "const canvas = document.querySelectorAll('.sheet')[{page}].querySelector('canvas');
         if (!canvas) return null;
         const {{ width, height }} = canvas;
         const picture = canvas.getContext('2d');
         const green = [...picture.getImageData(width * 200 / 420, height * 395 / 595, 1, 1).data];
         const text = picture.getImageData(0, height * 120 / 595, width, height * 100 / 595).data;
         return [green, text.some((value, at) => at % 4 < 3 && value < 60)];"
    );
    let found = wait::until(SOON, "the page is drawn", async || {
        let found = browser.script_in_frame(&script).await;
        found.is_array().then_some(found)
    })
    .await;
    (serde_json::from_value(found[0].clone()).unwrap(), found[1] == true)
}

#[tokio::test]
async fn pages_are_drawn_one_by_one_as_they_are_seen() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &[Source::new("Report.pdf", document(40, ""))], &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "Report.pdf").await;
    assert_eq!(recipient.text("preview-problem").await, "");
    assert_eq!(recipient.text("preview-place").await, "Page 1 of 40");
    assert_eq!(drawn(&recipient, 0).await, (vec![0, 255, 0, 255], true));
    recipient.assert_accessible().await;
    // The look lasts, and so do others after it.
    recipient.click("preview-back").await;
    recipient.state_of(&["ready"]).await;
    preview(&recipient, "Report.pdf").await;
    assert_eq!(drawn(&recipient, 0).await.0, [0, 255, 0, 255]);
    let canvases = "return document.querySelectorAll('canvas').length";
    assert!(recipient.script_in_frame(canvases).await.as_u64().unwrap() < 5, "what nobody sees is not drawn");

    // By the keyboard, as in any document.
    recipient.script_in_frame("document.querySelector('main').focus()").await;
    recipient.script_in_frame("document.querySelectorAll('.sheet')[29].scrollIntoView({ block: 'center' })").await;
    let place = async || recipient.text("preview-place").await;
    wait::until_so(SOON, "the page says where it is", place, |place| place == "Page 30 of 40").await;
    assert_eq!(drawn(&recipient, 29).await, (vec![0, 255, 0, 255], true));
    assert_eq!(
        recipient.script_in_frame("return document.querySelectorAll('.sheet')[29].getAttribute('aria-label')").await,
        "Page 30 of 40"
    );
    assert!(
        recipient.script_in_frame(canvases).await.as_u64().unwrap() <= 12,
        "pictures that are far away are dropped"
    );
    assert_eq!(started(&server, &package).await, 1);
    assert_eq!(recipient.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn documents_that_cannot_be_drawn_can_be_saved() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let broken = [b"%PDF-1.7\n".as_slice(), &[0xa5; 5_000]].concat();
    let files = [
        Source::new("broken.pdf", broken.clone()),
        Source::new("none.pdf", document(0, "")),
        Source::new("other.pdf", "<!doctype html><script>owned = 1</script>"),
    ];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    for (name, words) in
        [("other", "not what its name says"), ("none", "Save it instead"), ("broken", "Save it instead")]
    {
        preview(&recipient, &format!("{name}.pdf")).await;
        let problem = recipient.text("preview-problem").await;
        assert!(problem.contains(words), "{name}: {problem}");
        assert!(recipient.all("#preview-stage iframe").await.is_empty());
        if name != "broken" {
            recipient.click("preview-back").await;
            recipient.state_of(&["ready"]).await;
        }
    }
    recipient.click("preview-save").await;
    recipient.state_of(&["ask-saved"]).await;
    assert_eq!(recipient.downloaded().await.1, broken);
}

#[tokio::test]
async fn what_is_in_a_document_does_nothing_and_its_worker_has_no_network() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let action = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>";
    let (_, link) = sent(&server, &[Source::new("acts.pdf", document(1, action))], &LinkTerms::default()).await;
    recipient.look(&link).await;
    preview(&recipient, "acts.pdf").await;
    assert_eq!(drawn(&recipient, 0).await.0, [0, 255, 0, 255]);
    // As a worker of that document, whatever it was made to do.
    recipient
        .script_in_frame(
            "window.answers = [];
             const attempt = \"fetch('SERVER/api/v1/config').then(() => 'answered', () => 'refused').then(postMessage)\";
             const script = attempt.replace('SERVER', document.baseURI.replace('/preview', ''));
             const worker = startWorker(script);
             worker.onmessage = ({ data }) => answers.push(data);",
        )
        .await;
    let answer = wait::until(SOON, "the worker was answered", async || {
        let answers = recipient.script_in_frame("return answers").await;
        answers[0].as_str().map(ToOwned::to_owned)
    })
    .await;
    assert_eq!(answer, "refused");
    // Which the browser says aloud.
    let _ = recipient.complaints();
}
