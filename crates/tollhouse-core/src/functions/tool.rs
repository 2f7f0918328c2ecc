//! A tool made of an async function.

use std::{fmt, time::Duration};

use serde_json::{Map, Value};

use super::{AsTool, Functions, Handler, handler::Erased};
use crate::{Access, Capability, Confirmation, Effect, Face, Icon, Rate, Tool, Untrusted};

mod shape;

/// A tool made of an async function. It writes, unless it is said otherwise.
#[must_use = "give it to `Builder::tool`"]
pub struct ToolFn {
    tool: Tool,
    handler: Erased,
}

/// Makes a tool of an async function: its schemas come from the types.
///
/// ```
/// use tollhouse_core::{Ctx, Fault, fail, tool};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Find {
///     /// Order id, e.g. ord_abc123
///     order_id: String,
/// }
///
/// let tool = tool("get_order", "Get one order by its exact id.", |find: Find, ctx: Ctx| async move {
///     ctx.progress(1.0, Some(2.0), Some("looking"));
///     match find.order_id.as_str() {
///         "ord_abc123" => Ok("shipped"),
///         other => Err(fail(format!("No order {other}. Use search_orders to find the right id."))),
///     }
/// });
/// let tool = tool.read_only().scope("orders:read");
/// ```
pub fn tool<M: 'static, H: Handler<AsTool, M>>(
    name: &str,
    description: &str,
    handler: H,
) -> ToolFn {
    let mut tool = Tool::new(name, description, handler.input());
    tool.output = handler.output();
    ToolFn {
        tool,
        handler: Erased::new(handler),
    }
}

impl ToolFn {
    /// The name that people read.
    pub fn title(mut self, title: &str) -> Self {
        self.tool.title = Some(title.to_owned());
        self
    }

    /// A picture that clients may show beside the name.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.tool.icons.push(icon);
        self
    }

    /// `_meta`, listed as it is.
    pub fn meta(mut self, meta: Map<String, Value>) -> Self {
        self.tool.meta = Some(meta);
        self
    }

    /// It changes nothing.
    pub fn read_only(mut self) -> Self {
        self.tool.effect = Effect::Read;
        self
    }

    /// What it changes is changed for good.
    pub fn destructive(mut self) -> Self {
        self.tool.effect = Effect::Destroy;
        self
    }

    /// Calling it twice with the same arguments is the same as calling it once.
    pub fn idempotent(mut self) -> Self {
        self.tool.idempotent = true;
        self
    }

    /// It reaches beyond the server's own data.
    pub fn open_world(mut self) -> Self {
        self.tool.open_world = true;
        self
    }

    /// Only callers with this scope, and those of earlier such lines, may use it.
    pub fn scope(mut self, scope: &str) -> Self {
        self.tool.policy.access.scopes.push(scope.to_owned());
        self
    }

    /// Only callers in one of these roles may use it; for others there is no such tool.
    pub fn roles<'a>(mut self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        Access::name(&mut self.tool.policy.access.roles, roles);
        self
    }

    /// Only these programs may use it for a caller, by an id or by the host of ids that are URLs; for others there
    /// is no such tool. What a client says of itself is no id.
    pub fn clients<'a>(mut self, clients: impl IntoIterator<Item = &'a str>) -> Self {
        Access::name(&mut self.tool.policy.access.clients, clients);
        self
    }

    /// Only callers who are known may use it; for others there is no such tool.
    pub fn known(mut self) -> Self {
        self.tool.policy.access.known = true;
        self
    }

    /// Shows it to callers in one role as this instead, unless they are in the role of an earlier face.
    pub fn face(mut self, face: Face) -> Self {
        self.tool.faces.push(face);
        self
    }

    /// Others may have written what it gives, who want to be obeyed by a model: it is marked, its links lead nowhere,
    /// and its reader needs a yes for what is [privileged](ToolFn::privileged).
    pub fn untrusted(mut self) -> Self {
        self.tool.policy.trust.untrusted = Untrusted::All;
        self
    }

    /// The same for what stands in fields of these names. A result that has none of them is like any other.
    pub fn untrusted_fields<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().map(str::to_owned).collect();
        self.tool.policy.trust.untrusted = Untrusted::Fields(names);
        self
    }

    /// A person has to say yes to it when its caller has read what is not trusted.
    pub fn privileged(mut self) -> Self {
        self.tool.policy.trust.is_privileged = true;
        self
    }

    /// Characters that nobody sees, and those that steer a terminal, stay in what it gives.
    pub fn keep_unicode(mut self) -> Self {
        self.tool.policy.trust.keeps_unicode = true;
        self
    }

    /// Links in what is not trusted may lead to these hosts: `example.com` is that host alone, `*.example.com` are
    /// those below it.
    pub fn link_hosts<'a>(mut self, hosts: impl IntoIterator<Item = &'a str>) -> Self {
        let hosts = hosts.into_iter().map(str::to_owned);
        self.tool.policy.trust.link_hosts.extend(hosts);
        self
    }

    /// How long one call may take; 25 seconds if not said.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.tool.policy.deadline = deadline;
        self
    }

    /// How often it may be called and how much of it may run at once, in place of what [`Limits`](crate::Limits) says.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.tool.policy.rate = rate;
        self
    }

    /// Who has to say yes before it runs; if not said, the user through their client for what destroys, and nobody for
    /// the rest.
    pub fn confirm_by(mut self, by: Confirmation) -> Self {
        self.tool.policy.confirm.by = Some(by);
        self
    }

    /// What is asked of whoever has to say yes; `{name}` stands for an argument.
    pub fn confirm_text(mut self, text: &str) -> Self {
        self.tool.policy.confirm.ask = Some(text.to_owned());
        self
    }

    /// It cannot do without this: a caller whose client cannot is refused before it starts.
    pub fn needs(mut self, capability: Capability) -> Self {
        self.tool.policy.needs = self.tool.policy.needs.with(capability);
        self
    }

    /// One of its own arguments tells a call that is sent again from a new one. Else it is an argument that the road
    /// adds and takes ([`Repeat::FIELD`](crate::Repeat::FIELD)).
    pub fn idempotency_key(mut self, field: &str) -> Self {
        self.tool.policy.repeat.field = Some(field.to_owned());
        self.tool.policy.repeat.is_own = true;
        self
    }

    /// A call without a key is refused.
    pub fn key_required(mut self) -> Self {
        self.tool.policy.repeat.is_required = true;
        self
    }

    /// Calls without a key and with the same arguments are the same call for so long.
    pub fn dedupe_window(mut self, window: Duration) -> Self {
        self.tool.policy.repeat.window = Some(window);
        self
    }

    /// It has no argument for a key. One in `_meta` counts.
    pub fn no_key(mut self) -> Self {
        self.tool.policy.repeat.field = None;
        self
    }

    /// A JSON Schema of the arguments in place of the one from the types.
    pub fn input_schema(mut self, schema: Value) -> Self {
        self.tool.input = schema;
        self.handler.trust();
        self
    }
}

impl Functions {
    pub(crate) fn add_tool(&mut self, tool: ToolFn) {
        self.take("tool", &tool.tool.name, &tool.handler);
        self.tools.insert(tool.tool.name.clone(), tool.handler);
        self.offers.tools.push(tool.tool);
    }
}

impl fmt::Debug for ToolFn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ToolFn({})", self.tool.name)
    }
}
