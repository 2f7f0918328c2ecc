//! How much of a tool's result callers get, and in which form.

use super::ToolFn;
use crate::{Form, Rollup};

impl ToolFn {
    /// How many tokens of a result callers get at once, at four bytes each; 8,000 if not said. The rest is kept for
    /// them, and can be read on.
    pub fn result_tokens(mut self, tokens: u32) -> Self {
        self.tool.policy.shape.tokens = Some(tokens);
        self
    }

    /// Only these fields of each row are given, or of the result if it has no rows: `name`, or `customer.name` for a
    /// field in a field.
    pub fn pick<'a>(mut self, fields: impl IntoIterator<Item = &'a str>) -> Self {
        let fields = fields.into_iter().map(str::to_owned);
        self.tool.policy.shape.pick.extend(fields);
        self
    }

    /// These fields of each row are left out.
    pub fn drop_fields<'a>(mut self, fields: impl IntoIterator<Item = &'a str>) -> Self {
        let fields = fields.into_iter().map(str::to_owned);
        self.tool.policy.shape.drop.extend(fields);
        self
    }

    /// The form of the text in which rows are told. Data stays data.
    pub const fn form(mut self, form: Form) -> Self {
        self.tool.policy.shape.form = form;
        self
    }

    /// Rows are put together: one for each combination of the fields `by`, with the sums of other fields and how many
    /// rows there were, as `count`.
    pub fn rollup<'a>(
        mut self,
        by: impl IntoIterator<Item = &'a str>,
        sum: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.tool.policy.shape.rollup = Some(Rollup {
            by: by.into_iter().map(str::to_owned).collect(),
            sum: sum.into_iter().map(str::to_owned).collect(),
        });
        self
    }
}
