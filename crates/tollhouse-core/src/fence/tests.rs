//! The policy, character by character, and whole texts of every kind.

use std::borrow::Cow;

use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};

use serde_json::{Value, json};

use super::{clean, is_foreign};
use crate::{Output, Reported, Trust, Untrusted};

mod benign;
mod hostile;
mod links;

/// What the policy says of one range.
struct Line {
    from: u32,
    to: u32,
    what: &'static str,
}

fn policy() -> Vec<Line> {
    let lines = include_str!("policy.txt").lines();
    let lines = lines.map(|line| line.split('#').next().unwrap_or_default().trim());
    let lines = lines.filter(|line| !line.is_empty());
    let hex = |text: &str| u32::from_str_radix(text, 16).unwrap();
    lines
        .map(|line| {
            let (range, what) = line.split_once(char::is_whitespace).unwrap();
            let (from, to) = range.split_once("..").unwrap_or((range, range));
            let what = what.trim();
            assert!(
                ["gone", "alone", "bound", "steers"].contains(&what),
                "{line}"
            );
            Line {
                from: hex(from),
                to: hex(to),
                what,
            }
        })
        .collect()
}

/// Every code point there is, as the policy says, and what comes of it comes of it again.
#[test]
fn case_74_every_character_is_treated_as_the_policy_says() {
    let mut rules = vec!["stays"; 0x11_0000];
    for line in policy() {
        for code in line.from..=line.to {
            assert_eq!(rules[code as usize], "stays", "{code:X} stands twice");
            rules[code as usize] = line.what;
        }
    }
    let mut asked = 0;
    for c in '\0'..=char::MAX {
        let one = format!("a{c}b");
        let two = format!("a{c}{c}b");
        let (one_is, two_is) = match rules[c as usize] {
            "stays" => (one.as_str(), two.as_str()),
            "alone" => (one.as_str(), one.as_str()),
            "steers" => ("a", "a"),
            _ => ("ab", "ab"),
        };
        assert_eq!(clean(&one), one_is, "U+{:04X}", u32::from(c));
        assert_eq!(clean(&two), two_is, "twice U+{:04X}", u32::from(c));
        asked += 1;
    }
    assert_eq!(asked, 0x11_0000 - 0x800);
}

/// Pieces that have something to do with each other.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[\u{0}-\u{ff}]{0,4}",
        "\u{1b}[\\[\\]PX^_(][0-9;?]{0,3}[a-zA-Z\u{7}\\\\]?",
        "[\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{ad}\u{34f}\u{61c}\r\n]{1,3}",
        "[\u{fe00}-\u{fe0f}\u{e0100}-\u{e0110}\u{180b}-\u{180f}\u{115f}\u{1160}]{1,3}",
        "[\u{1f3f4}\u{1f469}\u{2764}\u{1f525}1#*a\u{4e00}\u{1820}\u{1100}\u{628}\u{915}\u{94d}]",
        "\u{1f3f4}[\u{e0061}-\u{e007a}\u{e007f}]{0,6}",
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn case_74_what_is_clean_stays_as_it_is(text in text()) {
        let once = clean(&text).into_owned();
        assert!(matches!(clean(&once), Cow::Borrowed(_)), "{text:?} {once:?}");
        let steers = |c: char| c.is_control() && !"\n\t\r".contains(c);
        assert!(!once.contains(steers), "{once:?}");
        // Nothing is made up.
        let mut given = text.chars();
        assert!(once.chars().all(|c| given.any(|one| one == c)), "{text:?} {once:?}");
    }
}

/// Where the names of columns are said once, a field is one that stands in such a column.
#[test]
fn p14_a_column_that_others_wrote_makes_a_table_foreign() {
    let trust = Trust {
        untrusted: Untrusted::Fields(vec!["body".to_owned()]),
        ..Trust::default()
    };
    let foreign = |data: Value| {
        let reported = Reported {
            structured: Some(data),
            ..Reported::default()
        };
        is_foreign(&mut Output::Tool(reported), &trust)
    };
    assert!(foreign(
        json!({"columns": ["id", "body"], "rows": [[1, "obey"]]})
    ));
    assert!(!foreign(json!({"columns": ["id", "body"], "rows": []})));
    assert!(!foreign(json!({"columns": ["id"], "rows": [[1]]})));
    assert!(foreign(json!({"rows": [{"id": 1, "body": "obey"}]})));
}
