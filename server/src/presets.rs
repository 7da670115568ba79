//! What pages offer, and the operator's file of presets and lives. The file says what is offered
//! and between which bounds lives are taken. It is TOML: docs/OPERATIONS.md has one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use subrosa_shared::api::{Choices, Preset, PresetPassword};
use subrosa_shared::limits::Limits;

use crate::config::CENTURY_SECS;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// Bytes of the file.
const BYTES_MAX: u64 = 64 * 1024;
/// Lives that are offered: a list that can still be read.
const LIVES_MAX: usize = 20;
/// Presets that are offered.
const PRESETS_MAX: usize = 12;
/// Characters of a key.
const KEY_LEN_MAX: usize = 32;
/// Characters of a name: one line of a small phone.
const NAME_LEN_MAX: usize = 40;
/// Pages have names for these.
const NAMED_BY_PAGES: [&str; 4] = ["public", "internal", "personal", "financial"];
/// What pages call the choices that are no preset's.
const OWN: &str = "own";

/// A file that is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresetsError {
    /// It cannot be read.
    #[error("--presets: cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is too large.
    #[error("--presets: {} has more than {BYTES_MAX} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It is no TOML, or has something in it that nobody knows.
    #[error("--presets: {}, line {line}: {what}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where in it, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A value makes no sense.
    #[error("--presets: {}: {place} must be {rule}", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Which value.
        place: String,
        /// What it must be.
        rule: String,
    },
}

/// What is offered, and the limits with what the file says about them.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) limits: Limits,
    pub(crate) choices: Choices,
}

/// What pages offer within `limits`, of a server that serves pushes or not. A file goes before the
/// limits where it says something about lives.
///
/// # Errors
/// There is something wrong with the file.
pub(crate) fn offer(limits: Limits, serves_pushes: bool, file: Option<&Path>) -> Result<Offer, PresetsError> {
    let Some(path) = file else {
        // Nothing in an empty file can be wrong.
        return resolve(&File::default(), limits, serves_pushes).map_err(|error| error.in_file(Path::new("")));
    };
    resolve(&read(path)?, limits, serves_pushes).map_err(|error| error.in_file(path))
}

fn read(path: &Path) -> Result<File, PresetsError> {
    let unreadable = |source| PresetsError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > BYTES_MAX {
        return Err(PresetsError::TooLarge { path: path.to_owned() });
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    toml::from_str(&text).map_err(|error| PresetsError::Malformed {
        path: path.to_owned(),
        line: text[..error.span().map_or(0, |span| span.start.min(text.len()))].matches('\n').count() + 1,
        what: error.message().to_owned(),
    })
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    password_required: bool,
    preset_default: Option<String>,
    shares: LivesTable,
    pushes: LivesTable,
    /// Without any, there are those that pages have names for.
    preset: Option<Vec<PresetTable>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LivesTable {
    lives: Option<Vec<LifeText>>,
    life_default: Option<LifeText>,
    life_min: Option<LifeText>,
    life_max: Option<LifeText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PresetTable {
    key: String,
    #[serde(default)]
    name: BTreeMap<String, String>,
    life: LifeText,
    downloads: u32,
    password: PresetPassword,
}

/// A life as it is written: `90s`, `10m`, `8h`, `7d`. There is no word for "for ever".
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct LifeText(u64);

impl TryFrom<String> for LifeText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("{text:?} is no life: write a whole number and s, m, h or d, such as \"7d\"");
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
        let unit = match unit {
            "s" => 1,
            "m" => MINUTE,
            "h" => HOUR,
            "d" => DAY,
            _ => return Err(wrong()),
        };
        let all_digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse::<u64>().ok().filter(|_| all_digits).ok_or_else(wrong)?;
        number.checked_mul(unit).map(Self).ok_or_else(wrong)
    }
}

/// A life as the file would have it.
fn life_text(secs: u64) -> String {
    let units = [(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm')];
    match units.into_iter().find(|(unit, _)| secs >= *unit && secs.is_multiple_of(*unit)) {
        Some((unit, letter)) => format!("{}{letter}", secs / unit),
        None => format!("{secs}s"),
    }
}

/// A value that makes no sense, in a file that is still to be named.
struct WrongValue {
    place: String,
    rule: String,
}

impl WrongValue {
    fn in_file(self, path: &Path) -> PresetsError {
        PresetsError::Value { path: path.to_owned(), place: self.place, rule: self.rule }
    }
}

fn check(holds: bool, place: impl Into<String>, rule: impl Into<String>) -> Result<(), WrongValue> {
    if holds { Ok(()) } else { Err(WrongValue { place: place.into(), rule: rule.into() }) }
}

fn resolve(file: &File, limits: Limits, serves_pushes: bool) -> Result<Offer, WrongValue> {
    let bounds = (limits.expiry_secs_min, limits.expiry_secs_max);
    // A password is fetched soon or not at all, and until then whoever has the link can.
    let of_shares = [HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY];
    let of_pushes = [10 * MINUTE, HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY];
    let shares = lives(&file.shares, "shares", bounds, &of_shares, 7 * DAY)?;
    let pushes = lives(&file.pushes, "pushes", bounds, &of_pushes, DAY)?;
    let has_own = |lives: &Lives| (lives.min, lives.max) != (shares.min, shares.max);
    let limits = Limits {
        expiry_secs_min: shares.min,
        expiry_secs_max: shares.max,
        push_expiry_secs_min: has_own(&pushes).then_some(pushes.min),
        push_expiry_secs_max: has_own(&pushes).then_some(pushes.max),
        password_required: file.password_required,
        ..limits
    };
    let presets = match &file.preset {
        Some(tables) => presets(tables, &limits, serves_pushes)?,
        None => presets_of_pages(&limits, serves_pushes),
    };
    let is_known = |key: &String| key == OWN || presets.iter().any(|preset| preset.key == *key);
    check(file.preset_default.as_ref().is_none_or(is_known), "preset_default", "the key of a preset, or \"own\"")?;
    let choices = Choices {
        expiry_secs: shares.offered,
        expiry_secs_default: shares.chosen,
        downloads: within(&[1, 2, 5, 10, 20, 50, 100], 1, limits.downloads_max),
        downloads_default: 1,
        push_expiry_secs: pushes.offered,
        push_expiry_secs_default: pushes.chosen,
        views: within(&[1, 2, 3, 5, 10, 20, 50, 100], 1, limits.views_max),
        views_default: 1,
        presets,
        preset_default: file.preset_default.clone().filter(|key| key != OWN),
    };
    Ok(Offer { limits, choices })
}

/// Lives in seconds: what is taken, what is offered, and what is chosen at first.
struct Lives {
    min: u64,
    max: u64,
    offered: Vec<u64>,
    chosen: u64,
}

fn lives(table: &LivesTable, name: &str, bounds: (u64, u64), round: &[u64], wanted: u64) -> Result<Lives, WrongValue> {
    let place = |field: &str| format!("{name}.{field}");
    let max = table.life_max.map_or(bounds.1, |life| life.0);
    let min = table.life_min.map_or(bounds.0, |life| life.0);
    let century = format!("1s to {}", life_text(CENTURY_SECS));
    check((1..=CENTURY_SECS).contains(&max), place("life_max"), century)?;
    check((1..=max).contains(&min), place("life_min"), format!("1s to {}, the longest life", life_text(max)))?;
    let offered = match &table.lives {
        None => within(round, min, max),
        Some(lives) => {
            let lives: Vec<u64> = lives.iter().map(|life| life.0).collect();
            check((1..=LIVES_MAX).contains(&lives.len()), place("lives"), format!("1 to {LIVES_MAX} lives"))?;
            let fit = lives.iter().all(|secs| (min..=max).contains(secs));
            let rule = format!("lives from {} to {}, the shortest and the longest", life_text(min), life_text(max));
            check(fit, place("lives"), rule)?;
            check(lives.is_sorted_by(|one, next| one < next), place("lives"), "in ascending order, each once")?;
            lives
        }
    };
    let chosen = table.life_default.map_or_else(|| at_most(&offered, wanted), |life| life.0);
    let listed = || offered.iter().map(|secs| life_text(*secs)).collect::<Vec<_>>().join(", ");
    check(
        offered.contains(&chosen),
        place("life_default"),
        format!("one of the lives that are offered: {}", listed()),
    )?;
    Ok(Lives { min, max, offered, chosen })
}

/// The longest life that a preset with such a password may have. A drawn one that goes by a push is
/// known to nobody else: if the push ended first, nobody could open the files. Who typed one can
/// send it again.
fn longest_life(password: PresetPassword, limits: &Limits, serves_pushes: bool) -> u64 {
    let shares = limits.expiry_secs_max;
    let is_pushed = serves_pushes && password == PresetPassword::Drawn;
    if is_pushed { shares.min(limits.push_expiry_secs().1) } else { shares }
}

/// Presets of the file.
fn presets(tables: &[PresetTable], limits: &Limits, serves_pushes: bool) -> Result<Vec<Preset>, WrongValue> {
    check(tables.len() <= PRESETS_MAX, "preset", format!("at most {PRESETS_MAX} of them"))?;
    let mut presets: Vec<Preset> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let place = |field: &str| format!("{field} of preset {} ({:?})", at + 1, table.key);
        let key = &table.key;
        let spelled = key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        let rule = format!("1 to {KEY_LEN_MAX} of a-z, 0-9 and -, and not \"{OWN}\"");
        check((1..=KEY_LEN_MAX).contains(&key.len()) && spelled && key != OWN, place("key"), rule)?;
        check(presets.iter().all(|other| other.key != *key), place("key"), "another than that of each other preset")?;
        let is_named = NAMED_BY_PAGES.contains(&key.as_str()) || !table.name.is_empty();
        let ours = NAMED_BY_PAGES.join(", ");
        check(is_named, place("name"), format!("there, such as {{ en = \"Board papers\" }} (pages name only {ours})"))?;
        for (language, name) in &table.name {
            let is_language = language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase());
            check(is_language, place("name"), "by language, of two letters each, such as en")?;
            let fits = (1..=NAME_LEN_MAX).contains(&name.trim().chars().count());
            let rule = format!("1 to {NAME_LEN_MAX} characters in one line");
            check(fits && !name.chars().any(char::is_control), place("name"), rule)?;
        }
        let (min, max) = (limits.expiry_secs_min, limits.expiry_secs_max);
        let rule = format!("{} to {}, the shortest and the longest of shares", life_text(min), life_text(max));
        check((min..=max).contains(&table.life.0), place("life"), rule)?;
        let longest = longest_life(table.password, limits, serves_pushes);
        let rule = format!("at most {}, the longest of pushes: a drawn password goes by one", life_text(longest));
        check(table.life.0 <= longest, place("life"), rule)?;
        let most = limits.downloads_max;
        check((1..=most).contains(&table.downloads), place("downloads"), format!("1 to {most} (--downloads-max)"))?;
        let password_fits = !limits.password_required || table.password != PresetPassword::None;
        let rule = "\"required\" or \"drawn\", because password_required is set";
        check(password_fits, place("password"), rule)?;
        let name = table.name.iter().map(|(language, name)| (language.clone(), name.trim().to_owned())).collect();
        presets.push(Preset {
            key: key.clone(),
            name,
            expiry_secs: table.life.0,
            downloads: table.downloads,
            password: table.password,
        });
    }
    Ok(presets)
}

/// Presets that pages have names for, as far as the limits let them.
fn presets_of_pages(limits: &Limits, serves_pushes: bool) -> Vec<Preset> {
    use PresetPassword::{Drawn, None, Required};
    let settings = [(30 * DAY, 100, None), (7 * DAY, 10, None), (7 * DAY, 1, Drawn), (3 * DAY, 1, Drawn)];
    let preset = |(key, (life, downloads, password)): (&str, (u64, u32, PresetPassword))| {
        let password = if password == None && limits.password_required { Required } else { password };
        Preset {
            key: key.to_owned(),
            name: BTreeMap::new(),
            expiry_secs: life.min(longest_life(password, limits, serves_pushes)).max(limits.expiry_secs_min),
            downloads: downloads.min(limits.downloads_max),
            password,
        }
    };
    NAMED_BY_PAGES.into_iter().zip(settings).map(preset).collect()
}

/// Those from `min` to `max`, or `max`.
fn within<T: Copy + PartialOrd>(choices: &[T], min: T, max: T) -> Vec<T> {
    let within: Vec<T> = choices.iter().copied().filter(|choice| (min..=max).contains(choice)).collect();
    if within.is_empty() { Vec::from([max]) } else { within }
}

/// The last that is not above `wanted`, or the first.
fn at_most(choices: &[u64], wanted: u64) -> u64 {
    choices.iter().copied().rfind(|choice| *choice <= wanted).unwrap_or(choices[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a file, where shares and pushes are served.
    fn offer_of(text: &str) -> Result<Offer, String> {
        offer_where(true, text)
    }

    fn offer_where(serves_pushes: bool, text: &str) -> Result<Offer, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presets.toml");
        std::fs::write(&path, text).unwrap();
        offer(Limits::default(), serves_pushes, Some(&path)).map_err(|error| {
            let error = error.to_string();
            let (start, what) = error.split_once("presets.toml").unwrap();
            assert!(start.starts_with("--presets: "), "{error}");
            what.to_owned()
        })
    }

    #[test]
    fn without_a_file_everything_is_within_the_limits() {
        let limits = Limits { expiry_secs_min: HOUR, expiry_secs_max: 2 * DAY, downloads_max: 5, ..Limits::default() };
        let Offer { limits: resolved, choices } = offer(limits.clone(), true, None).unwrap();
        assert_eq!(resolved, limits);
        assert_eq!(choices.expiry_secs, [HOUR, DAY]);
        assert_eq!(choices.presets.iter().map(|preset| &*preset.key).collect::<Vec<_>>(), NAMED_BY_PAGES);
        for preset in &choices.presets {
            assert!(preset.expiry_secs <= 2 * DAY && preset.downloads <= 5, "{preset:?}");
        }
        assert_eq!(offer_of("").unwrap().choices, offer(Limits::default(), true, None).unwrap().choices);
    }

    #[test]
    fn a_file_says_what_is_offered_and_taken() {
        let Offer { limits, choices } = offer_of(
            r#"
            password_required = true
            preset_default = "board"
            [shares]
            lives = ["1h", "2d", "10d"]
            life_default = "2d"
            life_min = "30m"
            life_max = "365d"
            [pushes]
            life_max = "20d"
            [[preset]]
            key = "board"
            name = { en = "Board papers", de = " Vorstand " }
            life = "20d"
            downloads = 12
            password = "required"
            [[preset]]
            key = "financial"
            life = "1d"
            downloads = 1
            password = "drawn"
            "#,
        )
        .unwrap();
        assert_eq!((limits.expiry_secs_min, limits.expiry_secs_max), (30 * MINUTE, 365 * DAY));
        assert_eq!(limits.push_expiry_secs(), (60, 20 * DAY));
        assert!(limits.password_required);
        assert_eq!((choices.expiry_secs, choices.expiry_secs_default), (vec![HOUR, 2 * DAY, 10 * DAY], 2 * DAY));
        assert_eq!(choices.push_expiry_secs, [10 * MINUTE, HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY]);
        assert_eq!(choices.preset_default.as_deref(), Some("board"));
        let [board, financial] = &choices.presets[..] else { panic!("two") };
        assert_eq!((board.expiry_secs, board.downloads, &*board.name["de"]), (20 * DAY, 12, "Vorstand"));
        assert_eq!(board.password, PresetPassword::Required);
        assert!(financial.name.is_empty());
        // None at all can be said, too.
        assert_eq!(offer_of("preset = []").unwrap().choices.presets, []);
    }

    #[test]
    fn the_file_of_the_handbook_is_one() {
        let document = include_str!("../../docs/OPERATIONS.md");
        let (_, rest) = document.split_once("```toml\n").unwrap();
        let Offer { limits, choices } = offer_of(rest.split_once("```").unwrap().0).unwrap();
        assert_eq!((limits.expiry_secs_max, limits.push_expiry_secs().1), (60 * DAY, 7 * DAY));
        assert_eq!(choices.preset_default.as_deref(), Some("internal"));
        assert_eq!(choices.presets.len(), 2);
    }

    #[test]
    fn the_presets_of_pages_need_a_password_where_links_do() {
        let choices = offer_of("password_required = true").unwrap().choices;
        assert!(choices.presets.iter().all(|preset| preset.password != PresetPassword::None));
    }

    #[test]
    fn no_preset_outlives_a_push_with_a_drawn_password() {
        let file = |life: &str, password: &str| {
            format!(
                "[pushes]\nlife_max = \"2d\"\n[[preset]]\nkey = \"personal\"\nlife = \"{life}\"\n\
                 downloads = 1\npassword = \"{password}\"\n"
            )
        };
        assert!(offer_of(&file("2d", "drawn")).is_ok());
        let error = offer_of(&file("3d", "drawn")).unwrap_err();
        let said = ": life of preset 1 (\"personal\") must be at most 2d, the longest of pushes";
        assert!(error.contains(said), "{error}");
        // Where no pushes are, no password goes by one; and one that was typed can be sent again.
        assert!(offer_where(false, &file("3d", "drawn")).is_ok());
        for password in ["required", "none"] {
            assert!(offer_of(&file("3d", password)).is_ok());
        }
        // Those of pages give way.
        let lives = |serves_pushes, text: &str| {
            let presets = offer_where(serves_pushes, text).unwrap().choices.presets;
            presets.iter().map(|preset| preset.expiry_secs).collect::<Vec<_>>()
        };
        let pushes = "[pushes]\nlife_max = \"2d\"";
        assert_eq!(lives(true, pushes), [30 * DAY, 7 * DAY, 2 * DAY, 2 * DAY]);
        assert_eq!(lives(true, &format!("password_required = true\n{pushes}")), [30 * DAY, 7 * DAY, 2 * DAY, 2 * DAY]);
        assert_eq!(lives(false, pushes), [30 * DAY, 7 * DAY, 7 * DAY, 3 * DAY]);
    }

    #[test]
    fn every_error_says_where_it_is() {
        let preset = |lines: &str| format!("[[preset]]\nkey = \"own-one\"\nname.en = \"Ours\"\n{lines}");
        let whole = "life = \"1d\"\ndownloads = 1\npassword = \"none\"\n";
        assert!(offer_of(&preset(whole)).is_ok());
        for (text, where_and_what) in [
            ("lives".to_owned(), ", line 1: "),
            ("[shares]\n\nlive = []".to_owned(), ", line 3: unknown field `live`, expected one of `lives`"),
            ("[share]".to_owned(), ", line 1: unknown field `share`"),
            ("[shares]\nlife_max = 7".to_owned(), ", line 2: invalid type: integer `7`"),
            ("[shares]\nlife_max = \"never\"".to_owned(), ", line 2: \"never\" is no life: write a whole number and s"),
            ("[shares]\nlife_max = \"+7d\"".to_owned(), ", line 2: \"+7d\" is no life"),
            ("[shares]\nlife_max = \"99999999999999999999d\"".to_owned(), "is no life"),
            ("[shares]\nlife_max = \"7ä\"".to_owned(), ", line 2: \"7ä\" is no life"),
            ("[shares]\nlife_max = \"\"".to_owned(), ", line 2: \"\" is no life"),
            ("[shares]\nlife_max = \"0d\"".to_owned(), ": shares.life_max must be 1s to 36500d"),
            ("[shares]\nlife_max = \"36501d\"".to_owned(), ": shares.life_max must be 1s to 36500d"),
            ("[pushes]\nlife_min = \"0s\"".to_owned(), ": pushes.life_min must be 1s to 90d, the longest life"),
            ("[pushes]\nlife_min = \"91d\"".to_owned(), ": pushes.life_min must be 1s to 90d"),
            ("[shares]\nlives = []".to_owned(), ": shares.lives must be 1 to 20 lives"),
            ("[shares]\nlives = [\"91d\"]".to_owned(), ": shares.lives must be lives from 1m to 90d"),
            ("[shares]\nlives = [\"2d\", \"1d\"]".to_owned(), ": shares.lives must be in ascending order"),
            ("[shares]\nlives = [\"1d\", \"24h\"]".to_owned(), ": shares.lives must be in ascending order, each once"),
            (
                "[shares]\nlives = [\"1d\"]\nlife_default = \"2d\"".to_owned(),
                ": shares.life_default must be one of the lives that are offered: 1d",
            ),
            ("[pushes]\nlife_default = \"2d\"".to_owned(), ": pushes.life_default must be one of"),
            ("preset_default = \"secret\"".to_owned(), ": preset_default must be the key of a preset"),
            (preset("life = \"1d\"\ndownloads = 1"), ", line 1: missing field `password`"),
            (
                preset("life = \"1d\"\ndownloads = 1\npassword = \"maybe\""),
                ", line 6: unknown variant `maybe`, expected one of `none`, `required`, `drawn`",
            ),
            (preset(&whole.replace("1d", "91d")), ": life of preset 1 (\"own-one\") must be 1m to 90d"),
            (preset(&whole.replace("= 1\n", "= 1001\n")), ": downloads of preset 1 (\"own-one\") must be 1 to 1000"),
            (preset(&whole.replace("= 1\n", "= 0\n")), ": downloads of preset 1 (\"own-one\") must be 1 to 1000"),
            (preset(whole).repeat(2), ": key of preset 2 (\"own-one\") must be another"),
            (preset(whole).replace("own-one", "own"), ": key of preset 1 (\"own\") must be 1 to 32 of a-z"),
            (preset(whole).replace("own-one", "Ours"), ": key of preset 1 (\"Ours\") must be 1 to 32 of a-z"),
            (preset(whole).replace("name.en = \"Ours\"\n", ""), ": name of preset 1 (\"own-one\") must be there"),
            (preset(whole).replace("name.en", "name.english"), ": name of preset 1 (\"own-one\") must be by language"),
            (preset(whole).replace("Ours", "  "), ": name of preset 1 (\"own-one\") must be 1 to 40 characters"),
            (
                format!("password_required = true\n{}", preset(whole)),
                ": password of preset 1 (\"own-one\") must be \"required\" or \"drawn\"",
            ),
            (
                (0..13).map(|at| preset(whole).replace("own-one", &format!("k{at}"))).collect(),
                ": preset must be at most 12 of them",
            ),
        ] {
            let error = offer_of(&text).unwrap_err();
            assert!(error.contains(where_and_what), "{text}\n{error}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.toml");
        assert!(matches!(offer(Limits::default(), true, Some(&path)), Err(PresetsError::Unreadable { .. })));
        std::fs::write(&path, "#".repeat(70_000)).unwrap();
        assert!(matches!(offer(Limits::default(), true, Some(&path)), Err(PresetsError::TooLarge { .. })));
    }
}
