//! Numbers of payment cards: so many digits with a check digit that fits (ISO/IEC 7812-1, annex B).

use std::ops::Range;

/// The next one behind this place.
pub(super) fn find(text: &[u8], from: usize) -> Option<Range<usize>> {
    let mut place = from;
    loop {
        let rest = text.get(place..)?;
        let start = place + rest.iter().position(u8::is_ascii_digit)?;
        let is_inside = start
            .checked_sub(1)
            .and_then(|before| text.get(before))
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        let run = run(text, start);
        if !is_inside && run.is_card() {
            return Some(start..run.end);
        }
        // What was only the tail of something else does not begin a number either.
        place = run.end;
    }
}

/// Digits, with single spaces or hyphens between them.
struct Run {
    end: usize,
    digits: [u8; DIGITS_MAX],
    count: usize,
    is_open: bool,
}

fn run(text: &[u8], start: usize) -> Run {
    let mut run = Run {
        end: start,
        digits: [0; DIGITS_MAX],
        count: 0,
        is_open: false,
    };
    let mut place = start;
    while let Some(&byte) = text.get(place) {
        match byte {
            b'0'..=b'9' => {
                if let Some(digit) = run.digits.get_mut(run.count) {
                    *digit = byte - b'0';
                }
                run.count += 1;
                run.end = place + 1;
            }
            b' ' | b'-' if run.end == place => {}
            _ => break,
        }
        place += 1;
    }
    run.is_open = text
        .get(run.end)
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    run
}

impl Run {
    fn is_card(&self) -> bool {
        if self.is_open || !(13..=DIGITS_MAX).contains(&self.count) {
            return false;
        }
        let digits = self.digits.get(..self.count).unwrap_or_default();
        let sum: u32 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
                (1, digit) if digit > 4 => digit * 2 - 9,
                (1, digit) => digit * 2,
                (_, digit) => digit,
            })
            .sum();
        // What begins otherwise is a time or a number of something else.
        matches!(digits.first(), Some(3..=6)) && sum.is_multiple_of(10)
    }
}

const DIGITS_MAX: usize = 19;
