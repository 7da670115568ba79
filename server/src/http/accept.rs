//! What a client says that it likes: codings and languages, each with a weight (RFC 9110, sections
//! 12.4.2, 12.5.3, 12.5.4).

use http::{HeaderMap, HeaderName, header};

/// Thousandths; 0 is "not at all".
type Weight = u16;
const FULL: Weight = 1000;

/// In how a file is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Brotli,
}

impl Coding {
    /// As `Content-Encoding` has it, where it has anything.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }
}

/// How much a client likes each coding.
#[derive(Debug, Default)]
pub(super) struct Codings {
    identity: Option<Weight>,
    gzip: Option<Weight>,
    brotli: Option<Weight>,
    /// Whatever was not named.
    any: Option<Weight>,
}

impl Codings {
    /// Those of a request.
    pub(super) fn of(request: &HeaderMap) -> Self {
        let mut codings = Self::default();
        for (name, weight) in weighted(request, header::ACCEPT_ENCODING) {
            let known = match () {
                () if name.eq_ignore_ascii_case("br") => &mut codings.brotli,
                // Section 8.4.1.3: the two mean the same.
                () if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => &mut codings.gzip,
                () if name.eq_ignore_ascii_case("identity") => &mut codings.identity,
                () if name == "*" => &mut codings.any,
                () => continue,
            };
            // Where one is named twice, a refusal counts.
            *known = Some(known.map_or(weight, |before| before.min(weight)));
        }
        codings
    }

    /// 0: not acceptable.
    pub(super) fn weight(&self, coding: Coding) -> Weight {
        match coding {
            Coding::Gzip => self.gzip.or(self.any).unwrap_or(0),
            Coding::Brotli => self.brotli.or(self.any).unwrap_or(0),
            // It is acceptable unless it is refused, and liked least unless it is named.
            Coding::Identity => self.identity.unwrap_or_else(|| u16::from(self.any != Some(0))),
        }
    }
}

/// The language of these that the reader likes best; the first of those that are liked equally.
pub(super) fn language<'a>(request: &HeaderMap, known: &[&'a str]) -> Option<&'a str> {
    let mut best: Option<(Weight, &str)> = None;
    for (range, weight) in weighted(request, header::ACCEPT_LANGUAGE) {
        let primary = range.split('-').next().unwrap_or(range);
        let Some(language) = known.iter().find(|language| language.eq_ignore_ascii_case(primary)) else { continue };
        if weight > best.map_or(0, |(weight, _)| weight) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// The items of a list, each with its weight. One whose weight is none is left out.
fn weighted(request: &HeaderMap, name: HeaderName) -> impl Iterator<Item = (&str, Weight)> {
    let values = request.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|items| items.split(',')).filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let weight = parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.trim_start().strip_prefix('='));
        Some((name, weight.map_or(Some(FULL), |text| parse_weight(text.trim()))?))
    })
}

/// `0.125` as 125.
fn parse_weight(text: &str) -> Option<Weight> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    if places.len() > 3 || !places.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let thousandths: Weight = format!("{places:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(FULL),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn codings_are_weighed_as_the_rfc_says() {
        // Values of the header; weights of brotli, gzip and identity.
        let cases: &[(&[&str], [Weight; 3])] = &[
            (&[], [0, 0, 1]),
            (&[""], [0, 0, 1]),
            (&["gzip, deflate, br"], [1000, 1000, 1]),
            (&["BR;q=0.5", "X-Gzip; Q=0.25"], [500, 250, 1]),
            (&["*"], [1000, 1000, 1]),
            (&["*;q=0"], [0, 0, 0]),
            (&["identity;q=0"], [0, 0, 0]),
            (&["identity;q=0, gzip;q=0.001"], [0, 1, 0]),
            (&["identity, *;q=0"], [0, 0, 1000]),
            (&["br;q=0, *;q=0.3"], [0, 300, 1]),
            (&["br;q=0.000,gzip;q=1.000"], [0, 1000, 1]),
            (&["br;q=2, gzip;q=x, deflate"], [0, 0, 1]),
            (&["br;q=0.1234"], [0, 0, 1]),
            (&["br, br;q=0"], [0, 0, 1]),
            (&["brotli, gzippy, xbr"], [0, 0, 1]),
            (&[";q=1,,br ; q=0.7 ;x=y"], [700, 0, 1]),
        ];
        for (values, expected) in cases {
            let codings = Codings::of(&headers(header::ACCEPT_ENCODING, values));
            let found = [Coding::Brotli, Coding::Gzip, Coding::Identity].map(|coding| codings.weight(coding));
            assert_eq!(found, *expected, "{values:?}");
        }
    }

    #[test]
    fn the_language_that_is_liked_best_is_found() {
        let known = ["ar", "de", "en"];
        for (values, expected) in [
            (&["de-CH,de;q=0.9,en;q=0.8"][..], Some("de")),
            (&["en;q=0.2, DE;q=0.7, ar;q=0.1"], Some("de")),
            (&["de;q=0, en;q=0.1"], Some("en")),
            (&["de;q=0"], None),
            (&["fr", "ar;q=0.5"], Some("ar")),
            (&["en, de"], Some("en")),
            (&["*, ../x, deutsch"], None),
            (&[], None),
        ] {
            assert_eq!(language(&headers(header::ACCEPT_LANGUAGE, values), &known), expected, "{values:?}");
        }
    }
}
