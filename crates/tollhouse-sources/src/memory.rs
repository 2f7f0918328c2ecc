//! Long-term memory as three tools, over any store of memories.
//!
//! Models fill a memory with whatever fits the schema, so more is checked here than a schema can say: a project
//! is one that is there, or one that is made on purpose (`project`). What is refused is told with what would do.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use serde_json::Value;
use tollhouse_core::{
    Access, Clock, Ctx, Fault, Offers, Output, Permit, Principal, Reported, Source, StoreError,
    Trust, fail,
    memory::{Category, Filing, Kept, Memory, MemoryError, MemoryId, Note, Room, Saved, Search},
    taints::Taints,
};

mod offers;
mod project;
mod report;

/// What a source of memories is told when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryOptions {
    /// Whose the memories are.
    pub owner: Owner,
    /// Who may use the three tools.
    pub access: Access,
    /// Who wrote what is in them.
    pub trust: Trust,
    /// How much one owner may keep.
    pub room: Room,
    /// How long one memory may be.
    pub content_bytes_max: usize,
}

impl Default for MemoryOptions {
    /// Every user's own, for everybody, 10,000 memories of 16 KiB in 100 projects.
    fn default() -> Self {
        Self {
            owner: Owner::User,
            access: Access::default(),
            trust: Trust::default(),
            room: Room {
                memories_max: 10_000,
                projects_max: 100,
            },
            content_bytes_max: 16 * 1024,
        }
    }
}

/// Whose memories are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// Those of the user who calls; who is not known shares them with all who are not.
    #[default]
    User,
    /// Of all who may call.
    Shared,
}

/// Three tools over a store of memories: save, search, delete.
#[derive(Clone)]
pub struct MemorySource {
    memory: Arc<dyn Memory>,
    clock: Arc<dyn Clock>,
    options: MemoryOptions,
    taints: Option<Arc<dyn Taints>>,
}

impl MemorySource {
    /// A source over this store, which goes by this clock.
    #[must_use]
    pub fn new(memory: Arc<dyn Memory>, clock: Arc<dyn Clock>, options: MemoryOptions) -> Self {
        Self {
            memory,
            clock,
            options,
            taints: None,
        }
    }

    /// The same, which knows here who has read what is not trusted: what they save counts as that, whoever reads it.
    #[must_use]
    pub fn minding(mut self, taints: Arc<dyn Taints>) -> Self {
        self.taints = Some(taints);
        self
    }

    async fn answer(&self, permit: &Permit<'_>, ctx: &Ctx) -> Result<Output, Fault> {
        let owner = self.owner(permit.principal());
        let args = permit.args();
        let reported = match permit.name() {
            offers::SAVE => self.save(&owner, args, ctx).await?,
            offers::SEARCH => self.search(&owner, args, ctx).await?,
            offers::DELETE => self.delete(&owner, args, ctx).await?,
            _ => return Err(Fault::NotFound),
        };
        Ok(Output::Tool(reported))
    }

    /// What can be said of arguments without looking what is kept.
    async fn look(&self, permit: &Permit<'_>) -> Result<(), Fault> {
        let args = permit.args();
        match permit.name() {
            offers::SAVE => {
                self.content(args)?;
                match project::filing(args) {
                    Ok(_) => Ok(()),
                    Err(problem) => {
                        let owner = self.owner(permit.principal());
                        Err(self.with_projects(&owner, problem).await?)
                    }
                }
            }
            offers::DELETE => id(args).map(drop),
            _ => Ok(()),
        }
    }

    async fn save(&self, owner: &str, args: &Value, ctx: &Ctx) -> Result<Reported, Fault> {
        let is_tainted = self.is_tainted(ctx).await;
        let asked = match project::filing(args) {
            Ok(filing) => filing,
            Err(problem) => return Err(self.with_projects(owner, problem).await?),
        };
        // Names of projects are read by everybody who saves, as the server's own words.
        let (filing, is_barred) = match asked {
            Filing::InNew(name) if is_tainted => (Filing::In(name), true),
            filing => (filing, false),
        };
        let note = Note {
            id: MemoryId::random()?,
            content: self.content(args)?,
            category: category(args),
            filing,
            is_tainted,
            now_ms: self.clock.unix_ms(),
        };
        let (id, filing) = (note.id.clone(), note.filing.clone());
        ctx.effect();
        match self.memory.save(owner, note, self.options.room).await {
            Ok(Saved::New(similar)) => {
                mark(ctx, &similar);
                Ok(report::saved(&id, &filing, similar))
            }
            Ok(Saved::Same(kept)) => {
                mark(ctx, [&kept]);
                Ok(report::saved_before(&kept))
            }
            Err(error) => {
                if !matches!(error, MemoryError::Store(StoreError::Failed(_))) {
                    ctx.unchanged();
                }
                if is_barred && matches!(error, MemoryError::NoSuchProject(_)) {
                    return Err(fail(NO_NEW_PROJECT));
                }
                Err(refused(error, &filing))
            }
        }
    }

    async fn search(&self, owner: &str, args: &Value, ctx: &Ctx) -> Result<Reported, Fault> {
        let text = |name: &str| args.get(name).and_then(Value::as_str);
        let limit = args.get("limit").and_then(Value::as_u64);
        let limit = limit.and_then(|limit| usize::try_from(limit).ok());
        let search = Search {
            query: text("query").unwrap_or_default().to_owned(),
            project: text("project").map(str::to_owned),
            category: category(args),
            limit: limit.unwrap_or(offers::LIMIT),
        };
        let filing = search.project.clone().map_or(Filing::Nowhere, Filing::In);
        let found = self.memory.search(owner, search).await;
        let found = found.map_err(|error| refused(error, &filing))?;
        mark(ctx, found.iter().map(|found| &found.kept));
        Ok(report::found(&found))
    }

    /// Whether the caller has read what is not trusted. It counts where nobody knows.
    async fn is_tainted(&self, ctx: &Ctx) -> bool {
        let Some(taints) = &self.taints else {
            return false;
        };
        match taints.look(ctx.holder(), self.clock.unix_ms()).await {
            Ok(known) => known.is_some(),
            Err(error) => {
                tracing::warn!(%error, "nobody knows what was read by whoever saves a memory");
                true
            }
        }
    }

    async fn delete(&self, owner: &str, args: &Value, ctx: &Ctx) -> Result<Reported, Fault> {
        let id = id(args)?;
        ctx.effect();
        let now_ms = self.clock.unix_ms();
        let deleted = self.memory.delete(owner, id.clone(), now_ms).await;
        if matches!(deleted, Err(StoreError::Busy)) {
            ctx.unchanged();
        }
        report::deleted(&id, deleted.map_err(unanswered)?)
    }

    fn content(&self, args: &Value) -> Result<String, Fault> {
        let content = args.get("content").and_then(Value::as_str);
        let content = content.unwrap_or_default().trim();
        let max = self.options.content_bytes_max;
        if content.is_empty() {
            return Err(fail(
                "`content` is empty. Say in a sentence what is to be remembered.",
            ));
        }
        if content.len() > max {
            return Err(fail(format!(
                "`content` has {} bytes, and a memory has room for {max}. Save the essence, or several memories.",
                content.len()
            )));
        }
        Ok(content.to_owned())
    }

    /// A problem with a project, told together with the projects that are there.
    async fn with_projects(&self, owner: &str, problem: String) -> Result<Fault, Fault> {
        let projects = self.memory.projects(owner).await.map_err(unanswered)?;
        Ok(fail(format!("{problem} {}", project::existing(&projects))))
    }

    /// The name under which the store knows whose the memories are. No two of these are the same.
    fn owner(&self, principal: &Principal) -> String {
        match self.options.owner {
            Owner::Shared => "shared".to_owned(),
            Owner::User if principal.is_known() => format!("user:{}", principal.subject()),
            Owner::User => "unknown".to_owned(),
        }
    }
}

impl Source for MemorySource {
    fn name(&self) -> &str {
        "memory"
    }

    fn offers(&self) -> Offers {
        offers::offers(&self.options)
    }

    fn check<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        _: &'a Ctx,
    ) -> Option<BoxFuture<'a, Result<(), Fault>>> {
        let writes = matches!(permit.name(), offers::SAVE | offers::DELETE);
        writes.then(|| Box::pin(self.look(permit)) as _)
    }

    /// Dropping the future stops the wait. What has been sent to the store by then happens whole or not at all.
    fn call<'a>(
        &'a self,
        permit: &'a Permit<'a>,
        ctx: &'a Ctx,
    ) -> BoxFuture<'a, Result<Output, Fault>> {
        Box::pin(self.answer(permit, ctx))
    }
}

impl fmt::Debug for MemorySource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("MemorySource")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Says that others may have written it, if one of these was saved by somebody who had read what others wrote.
fn mark<'a>(ctx: &Ctx, memories: impl IntoIterator<Item = &'a Kept>) {
    if memories.into_iter().any(|kept| kept.is_tainted) {
        ctx.foreign();
    }
}

fn id(args: &Value) -> Result<MemoryId, Fault> {
    let text = args.get("id").and_then(Value::as_str).unwrap_or_default();
    text.parse().map_err(|error| {
        fail(format!(
            "{} is none: {error}. Nothing was deleted.",
            report::quoted(text)
        ))
    })
}

fn category(args: &Value) -> Option<Category> {
    let name = args.get("category").and_then(Value::as_str);
    name.and_then(Category::named)
}

const NO_NEW_PROJECT: &str = "Nothing was saved: this project is not there, and none is made after what others wrote was \
    read here. Use one that is there, leave `project` out, or let the user ask for it in a new conversation.";

fn refused(error: MemoryError, filing: &Filing) -> Fault {
    match error {
        MemoryError::NoSuchProject(projects) => fail(project::unknown(filing, &projects)),
        MemoryError::Full(max) => fail(format!(
            "Nothing was saved: there is room for {max} memories, and as many are there. Delete some that are not \
             needed any more with delete_memory."
        )),
        MemoryError::ProjectsFull(max) => fail(format!(
            "Nothing was saved: there is room for {max} projects, and as many are there. Use an existing one, or \
             leave `project` out."
        )),
        MemoryError::Store(error) => unanswered(error),
        other => other.into(),
    }
}

fn unanswered(error: StoreError) -> Fault {
    match error {
        StoreError::Busy => {
            tracing::warn!("the store of memories stayed locked");
            fail("The memory is busy and nothing was done. Try again in a moment.")
        }
        other => other.into(),
    }
}
