//! The statement that finds the holder of a key.

use std::collections::BTreeSet;

use crate::sql::{
    directory::{COLUMNS, KEY, SHA256, SUBJECT},
    offers::Statement,
    problem::Trouble,
    session::Access,
    statement::Checked,
};

use super::{Desk, Place};

impl Desk<'_> {
    /// Checks the statement that finds the holder of a key.
    pub(in crate::sql) fn directory(&mut self, sql: &str) -> Option<Checked> {
        let place = Place {
            of: "lookup",
            title: "the lookup of keys".to_owned(),
            access: Access::Read,
            arguments: BTreeSet::from([KEY, SHA256]),
            properties: None,
        };
        let checked = self.statement(&place, &Statement::table(sql))?;
        if !checked.uses(KEY) && !checked.uses(SHA256) {
            let why = format!(
                "it does not ask for the key: compare a column with :{SHA256}, or with :{KEY} where keys are kept as \
                 they are"
            );
            self.complain(&place, Trouble::Argument, &why);
        }
        if !checked.columns.iter().any(|column| column == SUBJECT) {
            let why = format!("it has no column `{SUBJECT}`: say with AS who holds the key");
            self.complain(&place, Trouble::Columns, &why);
        }
        for column in &checked.columns {
            if !COLUMNS.contains(&column.as_str()) {
                let known = COLUMNS.join(", ");
                let why = format!("nobody reads the column `{column}`: there are {known}");
                let problem = self.complain(&place, Trouble::Columns, &why);
                problem.subject = Some(column.clone());
                let distance = |known: &&&str| strsim::damerau_levenshtein(known, column);
                problem.nearest = COLUMNS
                    .iter()
                    .min_by_key(distance)
                    .map(|it| (*it).to_owned());
            }
        }
        Some(checked)
    }
}
