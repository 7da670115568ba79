//! All pages, one entry each. The server takes addresses and channels from here, `cargo xtask
//! heads` writes the heads of the files from here, and the checks weigh the pages that recipients
//! open. The server does not build while a page in `pages/` has no entry here, or an entry has no
//! page.

/// A page: `pages/<name>.html`, with its script in `scripts/<name>/main.js` and its own words in
/// the module of texts of that name.
pub(crate) struct Page {
    pub(crate) name: &'static str,
    /// Its addresses, its own first. Where several pages have one, it belongs to the first of them
    /// that is served.
    pub(crate) paths: &'static [&'static str],
    /// A server that does not serve this channel does not have the page. None: every server has it.
    pub(crate) channel: Option<Channel>,
    pub(crate) head: Head,
}

/// What one sends by it or receives from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Shares,
    Pushes,
}

/// What stands before the body.
pub(crate) enum Head {
    /// Made from this table.
    Of(Subject),
    /// Written by hand: the page is no page of its own, but stands in a frame of another one.
    Frame,
}

/// What the heads differ in.
pub(crate) struct Subject {
    /// In English; other languages have it in their texts, as `<name>.title`.
    pub(crate) title: &'static str,
    /// For programs that show what is behind an address. None: the page has no address.
    pub(crate) description: Option<&'static str>,
    /// Modules of texts that it needs at once.
    pub(crate) texts: &'static [&'static str],
    /// Its styles, beside those of every page.
    pub(crate) styles: &'static [&'static str],
    /// Whether browsers offer to install it: then it says by what manifest.
    pub(crate) is_installable: bool,
    /// Whether recipients open it: their first visit must be light.
    pub(crate) is_for_recipients: bool,
}

pub(crate) const PAGES: &[Page] = &[
    Page {
        name: "send",
        paths: &["/", "/o"],
        channel: Some(Channel::Shares),
        head: Head::Of(Subject {
            title: "Subrosa · send files",
            description: Some("Hand files over by link. They are sealed on your device; the key is only in the link."),
            texts: &["common", "send", "unfinished", "card", "owner"],
            styles: &["card", "presets", "send", "print"],
            is_installable: true,
            is_for_recipients: false,
        }),
    },
    // What was sent with this browser.
    Page {
        name: "links",
        paths: &["/links"],
        channel: None,
        head: Head::Of(Subject {
            title: "Subrosa · what you sent",
            description: Some("What was sent with this browser, and what can still be done with it."),
            texts: &["common", "links", "unfinished", "owner", "card"],
            styles: &["links", "print"],
            is_installable: false,
            is_for_recipients: false,
        }),
    },
    // The words that bring the list of what was sent to other devices.
    Page {
        name: "phrase",
        paths: &["/phrase"],
        channel: None,
        head: Head::Of(Subject {
            title: "Subrosa · recovery phrase",
            description: Some("Ten words that bring the list of what you sent to your other devices."),
            texts: &["common", "phrase"],
            styles: &["phrase"],
            is_installable: false,
            is_for_recipients: false,
        }),
    },
    Page {
        name: "receive",
        paths: &["/s"],
        channel: Some(Channel::Shares),
        head: Head::Of(Subject {
            title: "Subrosa · files for you",
            description: Some("Somebody handed you files by a sealed link."),
            texts: &["common", "receive", "files"],
            styles: &["receive"],
            is_installable: false,
            is_for_recipients: true,
        }),
    },
    Page {
        name: "push",
        paths: &["/push", "/"],
        channel: Some(Channel::Pushes),
        head: Head::Of(Subject {
            title: "Subrosa · hand over a password",
            description: Some(
                "Hand a password over by a link. It is sealed on your device; the key is only in the link.",
            ),
            texts: &["common", "push", "owner", "card"],
            styles: &["card", "presets", "push"],
            is_installable: false,
            is_for_recipients: false,
        }),
    },
    Page {
        name: "reveal",
        paths: &["/p"],
        channel: Some(Channel::Pushes),
        head: Head::Of(Subject {
            title: "Subrosa · something for you",
            description: Some("Somebody handed you something by a sealed link."),
            texts: &["common", "reveal"],
            styles: &["reveal"],
            is_installable: false,
            is_for_recipients: true,
        }),
    },
    // Whatever else is asked for.
    Page {
        name: "not-found",
        paths: &[],
        channel: None,
        head: Head::Of(Subject {
            title: "Subrosa · there is no such page",
            description: None,
            texts: &["common", "not-found"],
            styles: &[],
            is_installable: false,
            is_for_recipients: false,
        }),
    },
    // The document in which files are looked at.
    Page { name: "preview", paths: &["/preview"], channel: Some(Channel::Shares), head: Head::Frame },
];
