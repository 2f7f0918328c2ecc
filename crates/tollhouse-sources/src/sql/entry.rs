//! What stands behind one name, and what its answers are to whoever calls.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};
use tollhouse_core::{Care, Contents, FailsAs, Fault, Offers, Output, Reported, fail};

use super::{
    SqlError, SqlProblem,
    answer::Answer,
    check::Desk,
    effects,
    exists::Sought,
    expose::{Exposed, Head},
    offers::{Hint, SqlOffers, SqlResource, SqlTemplate, SqlTool},
    session::Access,
    statement::Checked,
};

/// What stands behind one name.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) main: Arc<Checked>,
    pub(super) unless: Option<Arc<Checked>>,
    pub(super) exists: Arc<Vec<Sought>>,
    pub(super) changes: Vec<String>,
    pub(super) access: Access,
    /// Whether the database remembers what came of its calls.
    pub(super) is_remembered: bool,
    pub(super) mime_type: Option<String>,
    pub(super) hints: BTreeMap<String, Hint>,
    pub(super) head: Option<Arc<Head>>,
}

impl Entry {
    pub(super) fn reading(main: Checked, mime_type: Option<&str>) -> Self {
        Self {
            main: Arc::new(main),
            unless: None,
            exists: Arc::default(),
            changes: Vec::new(),
            access: Access::Read,
            is_remembered: false,
            mime_type: mime_type.map(str::to_owned),
            hints: BTreeMap::new(),
            head: None,
        }
    }

    /// As a tool's result. The road says data as text too.
    pub(super) fn report(&self, answer: Answer, args: &Value) -> Result<Output, Fault> {
        match answer {
            Answer::Data(data) => Ok(Output::Tool(Reported {
                structured: Some(data),
                ..Reported::default()
            })),
            Answer::Text(text) => Ok(Output::Tool(Reported::text(text))),
            Answer::Before(kept) => Ok(Output::Tool(again(&kept))),
            Answer::Miss => Err(fail(self.main.not_found(args))),
            Answer::Declined(why) => Err(fail(why)),
            Answer::TooLarge => Err(self.main.too_large()),
            Answer::Unfit => Err(Checked::no_longer_fits()),
        }
    }

    /// As what stands in a resource.
    pub(super) fn contents(&self, uri: &str, answer: Answer) -> Result<Output, Fault> {
        let text = match answer {
            Answer::Data(data) => data.to_string(),
            Answer::Text(text) => text,
            Answer::Miss => return Err(Fault::NotFound),
            Answer::Declined(why) => return Err(fail(why)),
            Answer::TooLarge => return Err(self.main.too_large()),
            Answer::Before(_) | Answer::Unfit => return Err(Checked::no_longer_fits()),
        };
        let mut contents = Contents::text(uri, "", text);
        contents.mime_type = self.mime_type.clone();
        Ok(Output::Resource(vec![contents]))
    }
}

/// What was answered before, marked as that.
fn again(kept: &Value) -> Reported {
    let (structured, text) = effects::parts(kept);
    Reported {
        structured,
        meta: json!({"dev.tollhouse/replayed": true}).as_object().cloned(),
        ..text.map_or_else(Reported::default, Reported::text)
    }
}

/// What is listed, what stands behind each name, what can be asked for suggestions, and what is worth a warning.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) listed: Offers,
    pub(super) entries: BTreeMap<String, Entry>,
    pub(super) lookups: BTreeMap<String, Arc<Checked>>,
    pub(super) warnings: Vec<SqlProblem>,
}

impl Entries {
    /// Checks all that is declared, and tells every problem at once.
    pub(super) fn check(offers: SqlOffers, mut desk: Desk<'_>) -> Result<Self, SqlError> {
        let mut all = Self::default();
        // A statement that takes too long says nothing of the others: the database is read in this process.
        all.listed.care = Care {
            fails: FailsAs::Each,
            ..offers.care.clone()
        };
        let exposed = desk.exposed(&offers);
        for offered in offers.tools {
            all.tool(offered, &mut desk);
        }
        for SqlResource {
            resource,
            statement,
        } in offers.resources
        {
            if let Some(main) = desk.resource(&resource.uri, &statement) {
                let entry = Entry::reading(main, resource.mime_type.as_deref());
                all.entries.insert(resource.uri.clone(), entry);
            }
            all.listed.resources.push(resource);
        }
        for offered in offers.templates {
            all.template(offered, &mut desk);
        }
        for exposed in exposed {
            all.exposed(exposed, &mut desk);
        }
        for lookup in offers.lookups {
            if let Some(main) = desk.lookup(&lookup) {
                all.lookups.insert(lookup.name, Arc::new(main));
            }
        }
        all.warnings = desk.finish()?;
        Ok(all)
    }

    fn tool(&mut self, offered: SqlTool, desk: &mut Desk<'_>) {
        let (main, unless) = desk.tool(&offered);
        let exists = desk.sought(&offered);
        let is_remembered = desk.remembers(&offered);
        let SqlTool { tool, changes, .. } = offered;
        if let Some(main) = main {
            let entry = Entry {
                unless: unless.map(Arc::new),
                exists: Arc::new(exists),
                changes,
                access: Access::of(tool.effect),
                is_remembered,
                ..Entry::reading(main, None)
            };
            self.entries.insert(tool.name.clone(), entry);
        }
        self.listed.tools.push(tool);
    }

    fn template(&mut self, offered: SqlTemplate, desk: &mut Desk<'_>) {
        let SqlTemplate {
            mut template,
            statement,
            suggestions: hints,
        } = offered;
        template.completes = hints.keys().cloned().collect();
        if let Some(main) = desk.resource(&template.uri_template, &statement) {
            let entry = Entry {
                hints,
                ..Entry::reading(main, template.mime_type.as_deref())
            };
            self.entries.insert(template.uri_template.clone(), entry);
        }
        self.listed.templates.push(template);
    }

    fn exposed(&mut self, exposed: Exposed, desk: &mut Desk<'_>) {
        let Exposed {
            resource,
            rows,
            caps,
            head,
            row,
        } = exposed;
        let Some(mut main) = desk.resource(&resource.uri, &rows) else {
            return;
        };
        main.caps = caps;
        let entry = Entry {
            head: Some(Arc::new(head)),
            ..Entry::reading(main, resource.mime_type.as_deref())
        };
        self.entries.insert(resource.uri.clone(), entry);
        self.listed.resources.push(resource);
        if let Some((template, statement)) = row {
            let template = SqlTemplate {
                template,
                statement,
                suggestions: BTreeMap::new(),
            };
            self.template(template, desk);
        }
    }
}
