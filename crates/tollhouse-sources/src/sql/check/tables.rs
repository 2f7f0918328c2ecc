//! What is compared with tables and columns themselves: arguments, values that must exist, exposed tables.

use std::collections::BTreeSet;

use crate::sql::{
    exists::Sought,
    expose::Exposed,
    fit, names,
    offers::{Exists, Expose, SqlOffers, SqlTool},
    problem::Trouble,
    schema::{Column, Table},
    session::Access,
    tokens,
};

use super::{Desk, Place};

impl Desk<'_> {
    /// Compares a statement's arguments with the columns that they meet.
    pub(super) fn fits(&mut self, place: &Place<'_>, sql: &str) {
        let Some(properties) = place.properties else {
            return;
        };
        for misfit in fit::misfits(&mut self.survey, sql, properties) {
            let problem = self.complain(place, misfit.trouble, &misfit.text);
            problem.place = tokens::place_of(sql, &format!(":{}", misfit.argument));
            problem.subject = Some(misfit.argument);
            problem.nearest = misfit.nearest;
        }
    }

    /// Checks that the columns are there in which a tool's arguments must stand.
    pub(in crate::sql) fn sought(&mut self, offered: &SqlTool) -> Vec<Sought> {
        let place = Place::of_tool(offered, "", Access::of(offered.tool.effect));
        let statements = [Some(&offered.statement.sql), offered.unless.as_ref()];
        // Where rows are each caller's own, nobody is told what others have.
        let mut callers = statements
            .into_iter()
            .flatten()
            .flat_map(|sql| tokens::callers(sql));
        let tells = callers.next().is_none();
        let mut all = Vec::new();
        for exists in &offered.exists {
            match self.column(&place, exists) {
                Ok(found) => {
                    let default = place.default(&exists.argument);
                    all.push(Sought::new(exists, found, default, tells));
                }
                Err((why, nearest)) => {
                    let problem = self.complain(&place, Trouble::Exists, &why);
                    problem.subject = Some(exists.argument.clone());
                    problem.nearest = nearest;
                }
            }
        }
        all
    }

    /// The column that is meant, or why there is none and which one may be meant.
    fn column(
        &self,
        place: &Place<'_>,
        exists: &Exists,
    ) -> Result<(&Table, &Column), (String, Option<String>)> {
        let Exists {
            argument,
            table,
            column,
        } = exists;
        if !place.arguments.contains(argument.as_str()) {
            let known = place.arguments.iter().map(|&name| name.to_owned());
            let why = format!("there is no argument `{argument}` that could be looked up");
            return Err((why, names::near(argument, known)));
        }
        let schema = &self.survey.schema;
        let found = schema.table(table).ok_or_else(|| {
            let known = schema.tables.iter().map(|table| table.name.clone());
            let why = format!("there is no table `{table}` in which `{argument}` must exist");
            (why, names::near(table, known))
        })?;
        let cell = found.column(column).ok_or_else(|| {
            let known = found.columns.iter().map(|column| column.name.clone());
            let why =
                format!("`{table}` has no column `{column}` in which `{argument}` must exist");
            (why, names::near(column, known))
        })?;
        Ok((found, cell))
    }

    /// The tables that can be read as they are.
    pub(in crate::sql) fn exposed(&mut self, offers: &SqlOffers) -> Vec<Exposed> {
        let make = |table: &Table| {
            let within = (&self.survey.schema, table);
            Exposed::new(&offers.name, within, &offers.expose_policy, offers.caps)
        };
        let tables = &self.survey.schema.tables;
        let names = match &offers.expose {
            Expose::None => return Vec::new(),
            Expose::All => {
                let readable = |exposed: &Exposed| self.is_readable(exposed);
                return tables.iter().map(make).filter(readable).collect();
            }
            Expose::Tables(names) => names,
        };
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        let mut is_new = |table: &Table| seen.insert(table.name.clone());
        for name in names {
            match self.survey.schema.table(name) {
                Some(table) if is_new(table) => found.push(make(table)),
                Some(_) => {}
                None => missing.push(name),
            }
        }
        let known: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
        let place = Place {
            of: &offers.name,
            title: format!("source `{}`", offers.name),
            access: Access::Read,
            arguments: BTreeSet::new(),
            properties: None,
        };
        for name in missing {
            let why = format!("there is no table `{name}` to expose");
            let problem = self.complain(&place, Trouble::Expose, &why);
            problem.subject = Some(name.clone());
            problem.nearest = names::near(name, known.iter().cloned());
        }
        found
    }

    /// A view that nobody can read keeps nothing else from being served.
    fn is_readable(&self, exposed: &Exposed) -> bool {
        match self.reader.prepare(&exposed.rows.sql) {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(uri = exposed.resource.uri, %error, "a table is not exposed");
                false
            }
        }
    }
}
