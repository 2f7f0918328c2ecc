//! Whether a database can remember what came of calls.

use tollhouse_core::Effect;

use crate::sql::{
    effects::{FIND, FORGET, NOTE},
    offers::SqlTool,
    problem::Trouble,
    session::Access,
};

use super::{Desk, Place};

impl Desk<'_> {
    /// Whether a tool's calls are remembered by the database; told if they should be and cannot.
    pub(in crate::sql) fn remembers(&mut self, offered: &SqlTool) -> bool {
        if !offered.is_exactly_once() || offered.tool.effect == Effect::Read {
            return false;
        }
        let place = Place::of_tool(offered, "", Access::Write);
        let Some(writer) = self.writer else {
            return false;
        };
        let all = [FIND, NOTE, FORGET].into_iter();
        if let Some(error) = all.map(|sql| writer.prepare(sql)).find_map(Result::err) {
            let why = format!(
                "`exactly_once` needs the table tollhouse_effects in this database, and it cannot be used: {error}"
            );
            self.complain(&place, Trouble::Effects, &why);
        }
        true
    }
}
