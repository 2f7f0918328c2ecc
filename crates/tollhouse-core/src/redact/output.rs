//! Secrets in what a caller is about to read, wherever a text stands in it.

use std::{borrow::Cow, sync::Arc};

use arc_swap::Guard;
use serde_json::{Number, Value};

use super::{Known, MASK, Redactor};
use crate::{
    Ask, Event, Mask, Offers, Output, Refusal,
    fence::{See, see_ask, see_event, see_offers, see_output, see_value},
};

impl Redactor {
    /// The output without secrets.
    pub(crate) fn output(&self, mut output: Output, mask: Mask) -> Output {
        if mask == Mask::All || self.knows_any() {
            see_output(&mut output, &mut self.masking(mask));
        }
        output
    }

    /// Questions without secrets that are known.
    pub(crate) fn asks(&self, asks: &mut [Ask]) {
        if self.knows_any() {
            for ask in asks {
                see_ask(ask, &mut self.masking(Mask::Known));
            }
        }
    }

    /// What a source offers, without secrets that are known.
    pub(crate) fn offers(&self, offers: &mut Offers) {
        if self.knows_any() {
            see_offers(offers, &mut self.masking(Mask::Known));
        }
    }

    /// What is said while a call runs, without secrets that are known.
    pub(crate) fn mask_event(&self, event: &mut Event) {
        if self.knows_any() {
            see_event(event, &mut self.masking(Mask::Known));
        }
    }

    /// A refusal without secrets that are known.
    pub(crate) fn refusal(&self, refusal: Refusal) -> Refusal {
        if self.knows_any() {
            refusal.with_text(|text| self.known(text))
        } else {
            refusal
        }
    }

    /// Takes secrets that are known out of data that a caller reads.
    pub fn mask_known(&self, value: &mut Value) {
        if self.knows_any() {
            see_value(value, &mut self.masking(Mask::Known));
        }
    }

    fn masking(&self, mask: Mask) -> Masking<'_> {
        Masking {
            redactor: self,
            known: self.0.known.load(),
            mask,
        }
    }
}

/// Masks every text that it is shown.
struct Masking<'a> {
    redactor: &'a Redactor,
    known: Guard<Arc<Known>>,
    mask: Mask,
}

impl Masking<'_> {
    /// The text without secrets, if it had any.
    fn masked(&self, text: &str) -> Option<String> {
        let masked = match self.mask {
            Mask::Known => self.known.mask(text),
            Mask::All => self.redactor.text(text),
        };
        match masked {
            Cow::Borrowed(_) => None,
            Cow::Owned(masked) => Some(masked),
        }
    }
}

impl See for Masking<'_> {
    fn text(&mut self, text: &mut String) {
        if let Some(masked) = self.masked(text) {
            *text = masked;
        }
    }

    fn uri(&mut self, uri: &mut String) {
        if let Some(masked) = self.masked(uri) {
            *uri = masked.replace(MASK, MASK_IN_URI);
        }
    }

    fn name(&mut self, name: &str) -> Option<String> {
        self.masked(name)
    }

    fn number(&mut self, number: &Number) -> Option<Value> {
        let is_short = number.as_u64().is_some_and(|number| number < SHORT);
        (!is_short).then(|| self.masked(&number.to_string()).map(Value::String))?
    }

    fn field(&mut self, name: &str, value: &Value) -> Option<Value> {
        let is_hidden = self.mask == Mask::All && self.redactor.0.names.load().hides(name, value);
        is_hidden.then(|| Value::from(MASK))
    }
}

/// The same where only a URI may stand.
const MASK_IN_URI: &str = "%5B%E2%80%A6%5D";
/// Fewer digits than a secret has.
const SHORT: u64 = 100_000;
