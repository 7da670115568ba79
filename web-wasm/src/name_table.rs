//! Names out of a table: a file that a spreadsheet saved, or cells that were copied out of one
//! (RFC 4180, with the delimiters that are out there). What is left out is told, with its row and
//! why.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::sender::LABEL_BYTES_MAX;

/// No table is longer, in bytes.
pub const BYTES_MAX: usize = 1024 * 1024;
/// Nor has more rows.
pub const ROWS_MAX: usize = 10_000;
/// Nobody looks for names beyond so many columns.
const COLUMNS_MAX: usize = 100;
/// What divides cells. Of those that are equally frequent, the first.
const DELIMITERS: [char; 3] = ['\t', ';', ','];
/// What people write above a column of names, in lower case. The table that the page itself saves
/// has `for`.
const HEADINGS: [&str; 34] = [
    "name",
    "names",
    "full name",
    "first name",
    "for",
    "for whom",
    "who",
    "person",
    "recipient",
    "recipients",
    "contact",
    "label",
    "email",
    "e-mail",
    "mail",
    "email address",
    "namen",
    "vorname",
    "für",
    "für wen",
    "wer",
    "empfänger",
    "empfängerin",
    "kontakt",
    "mailadresse",
    "e-mail-adresse",
    "الاسم",
    "اسم",
    "الأسماء",
    "لمن",
    "المستلم",
    "الشخص",
    "البريد",
    "البريد الإلكتروني",
];

/// Why there are no names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It has more than [`BYTES_MAX`] bytes.
    #[error("a table of more than {BYTES_MAX} bytes")]
    TooLarge,
    /// It has more than [`ROWS_MAX`] rows.
    #[error("a table of more than {ROWS_MAX} rows")]
    TooManyRows,
    /// A quotation mark in this row opens a cell that never ends.
    #[error("row {0} has a cell that never ends")]
    Unclosed(usize),
}

/// What a person says about a table, as far as they do.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Where the names are; the number of columns: each row is a name, as it stands.
    #[serde(default)]
    pub column: Option<usize>,
    /// Whether the first row is a heading.
    #[serde(default)]
    pub heading: Option<bool>,
    /// Names that need no link: they have one.
    #[serde(default)]
    pub known: Vec<String>,
    /// Names that stand beside the table.
    #[serde(default)]
    pub before: Vec<String>,
    /// So many links can be made.
    pub room: usize,
}

/// What became of a table.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct NameTable {
    /// What stands in the first row.
    pub columns: Vec<String>,
    /// Which of them has the names; their number: each row is a name.
    pub column: usize,
    /// Whether the first row is a heading.
    pub heading: bool,
    /// In their order, each once.
    pub names: Vec<String>,
    /// What is left out, in its order.
    pub skipped: Vec<Skipped>,
}

/// A row without a name of its own.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// As spreadsheets count them: from 1, empty ones too.
    pub row: usize,
    /// Why.
    pub why: Why,
    /// What stands there; empty: nothing, or too much.
    pub name: String,
}

/// Why a row is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It says what stands below.
    Heading,
    /// Nothing stands there.
    Empty,
    /// The name stands above, or beside the table.
    Repeated,
    /// The name has a link.
    Known,
    /// The name has more than [`LABEL_BYTES_MAX`] bytes.
    TooLong,
    /// There can be no more links.
    Beyond,
}

/// Finds the names in a table.
///
/// # Errors
/// The table is too large, or its end is missing.
pub fn names_in_table(text: &str, choice: &Choice) -> Result<NameTable, TableError> {
    if text.len() > BYTES_MAX {
        return Err(TableError::TooLarge);
    }
    let Table { rows, first } = Table::read(text)?;
    let columns: Vec<_> =
        rows.first().into_iter().flat_map(|row| &row.cells).take(COLUMNS_MAX).map(|cell| cleaned(cell)).collect();
    let is_name = |cell: &String| HEADINGS.contains(&cell.to_lowercase().as_str());
    let column = choice.column.unwrap_or_else(|| columns.iter().position(is_name).unwrap_or(0)).min(columns.len());
    let heading = choice.heading.unwrap_or_else(|| columns.iter().any(is_name)) && !rows.is_empty();

    let known: HashSet<_> = choice.known.iter().map(|name| cleaned(name)).collect();
    let mut seen: HashSet<_> = choice.before.iter().map(|name| cleaned(name)).collect();
    let room = choice.room.saturating_sub(seen.len());
    let (mut names, mut skipped) = (Vec::new(), Vec::new());
    for (index, row) in rows.iter().enumerate() {
        let name =
            cleaned(if column == columns.len() { &row.text } else { row.cells.get(column).map_or("", |cell| cell) });
        let why = if heading && index == 0 {
            Why::Heading
        } else if name.is_empty() {
            Why::Empty
        } else if name.len() > LABEL_BYTES_MAX {
            Why::TooLong
        } else if known.contains(&name) {
            Why::Known
        } else if seen.contains(&name) {
            Why::Repeated
        } else if names.len() >= room {
            Why::Beyond
        } else {
            seen.insert(name.clone());
            names.push(name);
            continue;
        };
        let name = if why == Why::TooLong { String::new() } else { name };
        skipped.push(Skipped { row: index + first, why, name });
    }
    Ok(NameTable { columns, column, heading, names, skipped })
}

/// Whether a text that was pasted is a table, and no list of names: cells of a spreadsheet come
/// with tabs between them, rows of a file with as many delimiters each.
#[must_use]
pub fn is_table(text: &str) -> bool {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let all_have = |delimiter: char| {
        let count = |line: &&str| line.matches(delimiter).count();
        lines.len() > 1
            && lines.first().map(count) > Some(0)
            && lines.iter().all(|line| count(line) == count(&lines[0]))
    };
    text.contains('\t') || text.starts_with('"') || all_have(';') || all_have(',')
}

/// A name as a link can have it: one line, without what turns text around unseen.
fn cleaned(text: &str) -> String {
    let turns = |c: char| {
        matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
    };
    let seen: String = text.chars().filter(|c| !turns(*c)).collect();
    let words = seen.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

struct Row {
    cells: Vec<String>,
    /// All of it, as it was written.
    text: String,
}

struct Table {
    rows: Vec<Row>,
    /// What the first of them is called.
    first: usize,
}

impl Table {
    fn read(text: &str) -> Result<Self, TableError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // Some spreadsheets say first what they divide cells by.
        let said = DELIMITERS.into_iter().find_map(|delimiter| {
            let rest = text.strip_prefix("sep=")?.strip_prefix(delimiter)?;
            let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
            Some((delimiter, rest))
        });
        let (delimiter, rest) = said.unwrap_or_else(|| (most_frequent(text), text));
        let first = if said.is_some() { 2 } else { 1 };
        let mut rows = Vec::new();
        let mut left = rest;
        while !left.is_empty() {
            if rows.len() == ROWS_MAX {
                return Err(TableError::TooManyRows);
            }
            let (row, after) = next_row(left, delimiter).ok_or(TableError::Unclosed(rows.len() + first))?;
            rows.push(row);
            left = after;
        }
        Ok(Self { rows, first })
    }
}

/// What divides the cells of the first row that has something in it.
fn most_frequent(text: &str) -> char {
    let mut is_quoted = false;
    let mut counts = [0_usize; DELIMITERS.len()];
    for c in text.trim_start_matches(['\r', '\n']).chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\r' | '\n' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                if let Some(at) = DELIMITERS.iter().position(|delimiter| *delimiter == c) {
                    counts[at] += 1;
                }
            }
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    DELIMITERS.into_iter().zip(counts).find(|(_, count)| *count == most).map_or(',', |(delimiter, _)| delimiter)
}

/// The first row of a text, and what stands behind it. None: a cell never ends.
fn next_row(text: &str, delimiter: char) -> Option<(Row, &str)> {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut is_quoted, mut is_start) = (false, true);
    let mut chars = text.char_indices().peekable();
    let end = loop {
        let Some((at, c)) = chars.next() else { break (!is_quoted).then_some((text.len(), text.len()))? };
        match c {
            '"' if is_quoted => {
                // Two of them are one that belongs to the cell.
                if chars.next_if(|(_, next)| *next == '"').is_some() { cell.push('"') } else { is_quoted = false }
            }
            _ if is_quoted => cell.push(c),
            '"' if is_start => is_quoted = true,
            '\n' => break (at, at + 1),
            '\r' => break (at, if text[at + 1..].starts_with('\n') { at + 2 } else { at + 1 }),
            _ if c == delimiter => {
                cells.push(std::mem::take(&mut cell));
                is_start = true;
                continue;
            }
            _ => cell.push(c),
        }
        is_start = false;
    };
    cells.push(cell);
    Some((Row { cells, text: text[..end.0].to_owned() }, &text[end.1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(room: usize) -> Choice {
        Choice { room, ..Choice::default() }
    }

    fn names(text: &str) -> Vec<String> {
        names_in_table(text, &room(250)).unwrap().names
    }

    fn skipped(text: &str, choice: &Choice) -> Vec<(usize, Why)> {
        names_in_table(text, choice).unwrap().skipped.iter().map(|skipped| (skipped.row, skipped.why)).collect()
    }

    #[test]
    fn a_name_a_row_is_read_with_every_delimiter_quote_and_line_end() {
        for text in [
            "Anna,1\nBob,2",
            "\u{feff}Anna;1\r\nBob;2\r\n",
            "Anna\t1\rBob\t2\r",
            "\"Anna\",1\n\"Bob\",\"2\n3\"\n",
            "Anna\nBob\n",
            "sep=;\r\nAnna;1,1\r\nBob;2,2",
            "  Anna ; 1,5\n\u{202e}Bob\u{202c}\u{feff};2,5",
        ] {
            assert_eq!(names(text), ["Anna", "Bob"], "{text:?}");
        }
        assert_eq!(names("\"Lee, \"\"Bo\"\"\",x\nRobert \"Bob\" Smith,y"), ["Lee, \"Bo\"", "Robert \"Bob\" Smith"]);
        // A line break in a cell is none in a name.
        assert_eq!(names("\"Anna\r\nBcc: eve@example.org\";1\n"), ["Anna Bcc: eve@example.org"]);
        assert_eq!(names(""), Vec::<String>::new());
    }

    #[test]
    fn the_column_of_names_is_found_by_its_heading_or_chosen() {
        let text = "Nr;Empfänger;Ort\n1;Anna;Köln\n2;Bob;Bonn\n";
        let found = names_in_table(text, &room(250)).unwrap();
        assert_eq!((found.column, found.heading, found.columns.len()), (1, true, 3));
        assert_eq!(found.names, ["Anna", "Bob"]);
        let chosen = Choice { column: Some(2), heading: Some(false), ..room(250) };
        assert_eq!(names_in_table(text, &chosen).unwrap().names, ["Ort", "Köln", "Bonn"]);
        // One more than there are: the row as it stands.
        let whole = Choice { column: Some(2), ..room(250) };
        assert_eq!(names_in_table("Lee, Anna\nSmith, Bob", &whole).unwrap().names, ["Lee, Anna", "Smith, Bob"]);
        assert_eq!(names("for,link\nAnna,https://example.org/s#x"), ["Anna"]);
    }

    #[test]
    fn what_is_left_out_is_told_with_its_row_and_why() {
        let long = "x".repeat(LABEL_BYTES_MAX + 1);
        let text = format!("name\nAnna\n\n  \nAnna\n{long}\nKnown\nBeside\nBob\nCleo");
        let choice = Choice { known: vec!["Known".into()], before: vec!["Beside".into()], ..room(3) };
        let found = names_in_table(&text, &choice).unwrap();
        assert_eq!(found.names, ["Anna", "Bob"]);
        assert_eq!(
            skipped(&text, &choice),
            [
                (1, Why::Heading),
                (3, Why::Empty),
                (4, Why::Empty),
                (5, Why::Repeated),
                (6, Why::TooLong),
                (7, Why::Known),
                (8, Why::Repeated),
                (10, Why::Beyond)
            ]
        );
        assert_eq!(skipped("a;1\n;2\nb", &room(9)), [(2, Why::Empty)]);
        // Every row is a name or is told.
        assert_eq!(found.names.len() + found.skipped.len(), text.lines().count());
    }

    #[test]
    fn too_much_is_refused_as_a_whole() {
        let rows = |count: usize| "Anna\n".repeat(count);
        assert_eq!(skipped(&rows(ROWS_MAX), &room(250)).len(), ROWS_MAX - 1);
        assert_eq!(names_in_table(&rows(ROWS_MAX + 1), &room(250)), Err(TableError::TooManyRows));
        assert_eq!(names_in_table(&"x".repeat(BYTES_MAX + 1), &room(250)), Err(TableError::TooLarge));
        assert_eq!(names_in_table("Anna\n\"Bob\nCleo\n", &room(250)), Err(TableError::Unclosed(2)));
    }

    #[test]
    fn what_is_pasted_is_a_table_only_if_it_looks_like_one() {
        for table in ["Anna\tKöln", "\"Lee, Anna\"", "a;1\nb;2\n", "a,1\n\nb,2"] {
            assert!(is_table(table), "{table:?}");
        }
        for list in ["", "Anna", "Anna\nBob", "Lee, Anna", "Anna\nLee, Bob", "a;b"] {
            assert!(!is_table(list), "{list:?}");
        }
    }
}
