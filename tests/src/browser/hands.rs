//! What hands do that WebDriver has no word for: clicks that follow at once, drags, selecting,
//! copying, pasting.

use std::time::Duration;

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;

use super::Browser;

/// The key that makes commands of letters.
const CONTROL: char = '\u{e009}';
/// A drag is a movement, not a leap.
const DRAG: Duration = Duration::from_millis(60);

impl Browser {
    /// Clicks so often, at once, near the beginning of what a selector of CSS names.
    ///
    /// # Panics
    /// As every step.
    pub async fn click_times(&self, selector: &str, times: usize) {
        let start = self.over_beginning(selector).await;
        let mouse = MouseActions::new("mouse".to_owned()).then(start);
        let clicked = (0..times).fold(mouse, |mouse, _| {
            let button = MOUSE_BUTTON_LEFT;
            mouse.then(PointerAction::Down { button }).then(PointerAction::Up { button })
        });
        self.client.perform_actions(clicked).await.expect("there is a mouse");
        self.client.release_actions().await.expect("the driver lets go");
    }

    /// Presses the mouse near the beginning of one element, and lets go in the middle of another.
    ///
    /// # Panics
    /// As every step.
    pub async fn drag_over(&self, from: &str, to: &str) {
        let start = self.over_beginning(from).await;
        let element = self.first(to).await;
        let button = MOUSE_BUTTON_LEFT;
        let mouse = MouseActions::new("mouse".to_owned())
            .then(start)
            .then(PointerAction::Down { button })
            .then(PointerAction::MoveToElement { element, duration: Some(DRAG), x: 0.0, y: 0.0 })
            .then(PointerAction::Up { button });
        self.client.perform_actions(mouse).await.expect("there is a mouse");
        self.client.release_actions().await.expect("the driver lets go");
    }

    /// Presses a letter together with the key that makes a command of it.
    ///
    /// # Panics
    /// As every step.
    pub async fn shortcut(&self, letter: char) {
        let keys = [
            KeyAction::Down { value: CONTROL },
            KeyAction::Down { value: letter },
            KeyAction::Up { value: letter },
            KeyAction::Up { value: CONTROL },
        ];
        let keys = keys.into_iter().fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
        self.client.perform_actions(keys).await.expect("keys can be pressed");
    }

    /// Copies what is selected with the keyboard, and pastes it into an empty field of the page.
    ///
    /// # Panics
    /// As every step.
    pub async fn copied_by_hand(&self) -> String {
        self.shortcut('c').await;
        let field = "const field = document.createElement('textarea');
            field.id = 'pasted-by-test';
            document.body.append(field);
            field.focus({ preventScroll: true })";
        self.script(field).await;
        self.shortcut('v').await;
        let take = "const field = document.getElementById('pasted-by-test');
            getSelection().removeAllRanges();
            field.remove();
            return field.value";
        self.script(take).await.as_str().unwrap_or_default().to_owned()
    }

    /// Over the first letters of an element, wherever its script begins.
    async fn over_beginning(&self, selector: &str) -> PointerAction {
        let element = self.first(selector).await;
        let width = format!(
            "const shown = document.querySelector({});
             shown.scrollIntoView({{ block: 'center', behavior: 'instant' }});
             const {{ width, height }} = shown.getBoundingClientRect();
             return [width, height]",
            serde_json::json!(selector)
        );
        let size: [f64; 2] = serde_json::from_value(self.script(&width).await).expect("it has a size");
        let (x, y) = ((20.0 - size[0] / 2.0).round(), (12.0 - size[1] / 2.0).round());
        PointerAction::MoveToElement { element, duration: None, x, y }
    }

    async fn first(&self, selector: &str) -> Element {
        self.all(selector).await.into_iter().next().unwrap_or_else(|| panic!("there is no {selector}"))
    }
}
