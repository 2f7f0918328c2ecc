//! `#[tool]`, `#[prompt]` and `#[resource]`: functions as what they serve, in three steps.
//!
//! `parse.rs` reads what was written, `check.rs` decides whether it makes sense and says what does not, all
//! of it at once, and `render.rs` writes it in the words of the builder. A new word of an attribute is a row
//! in `kind.rs` and a method of that name on the builder's function.

use proc_macro::TokenStream;

mod check;
mod kind;
mod parse;
mod problems;
mod render;

use kind::Kind;
use problems::Problems;

/// Makes a tool of a function, which stays a function and gets `function_name::tool()` beside it.
///
/// ```
/// use tollhouse::{Fault, Server, State, fail, testing::TestServer, tool};
///
/// struct Orders;
///
/// /// Get one order by its exact id.
/// #[tool(scope = "orders:read", read_only)]
/// async fn get_order(
///     orders: State<Orders>,
///     /// Order id, e.g. ord_abc123
///     id: String,
/// ) -> Result<String, Fault> {
///     Err(fail(format!("No order {id}.")))
/// }
///
/// let server = Server::builder("orders").state(Orders).tool(get_order::tool()).build()?;
/// # Ok::<(), tollhouse::BuildError>(())
/// ```
///
/// **The description** is the doc comment, and there must be one.
///
/// **Parameters** with a `///` comment are arguments: any owned type with `Deserialize` and `JsonSchema`.
/// The comment is the description; `Option<_>` may be left out; `#[default(10)]` (a literal) stands in for
/// what is left out; `#[schema(minimum = 1, maximum = 50)]` adds words of JSON Schema. Parameters without a
/// comment come with the call: `State<S>`, `Ctx`, `Principal`, also under other names.
///
/// **Results** are those of a handler: see `IntoOutput`.
///
/// **`async fn`** runs where it is called. A plain `fn` may block: it runs on a thread for such work, and
/// goes on to its end there when its caller has left or the deadline has passed.
///
/// **Words:** `name`, `title`, `scope`, `deadline` (`"500ms"`, `"20s"`, `"2min"`) with a text; `roles` and `clients`
/// with a list of texts (`["admin", "auditor"]`); `known`, `read_only`, `destructive`, `idempotent`, `open_world`
/// alone. Whatever else the builder knows is called on
/// `function_name::tool()`.
#[proc_macro_attribute]
pub fn tool(words: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Tool, words, item)
}

/// Makes a prompt of a function, which stays a function and gets `function_name::prompt()` beside it.
///
/// ```
/// use tollhouse::{Server, prompt};
///
/// /// Review a change.
/// #[prompt(title = "Review")]
/// async fn review(
///     /// What to look at
///     diff: String,
/// ) -> String {
///     format!("Review this change:\n{diff}")
/// }
///
/// let server = Server::builder("reviews").prompt(review::prompt());
/// ```
///
/// As [`macro@tool`], but clients send arguments of prompts as text: text, numbers and booleans can be read
/// from it. **Words:** `name`, `title`, `scope`, `roles`, `clients`, `known`, `deadline`.
#[proc_macro_attribute]
pub fn prompt(words: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Prompt, words, item)
}

/// Makes a resource of a function, which stays a function and gets `function_name::resource()` beside it.
///
/// ```
/// use tollhouse::{Server, resource};
///
/// /// What everybody should know.
/// #[resource("notes://motd", mime_type = "text/markdown")]
/// async fn motd() -> &'static str {
///     "Be *kind*."
/// }
///
/// /// One note.
/// #[resource("notes://by-id/{id}")]
/// async fn note(
///     /// The note's number
///     id: u32,
/// ) -> String {
///     format!("Note {id}")
/// }
///
/// let server = Server::builder("notes").resource(motd::resource()).resource(note::resource());
/// ```
///
/// A URI with variables makes a template: each variable is an argument of that name, and there are no others.
/// Otherwise as [`macro@tool`]. **Words:** the URI alone or as `uri`; `name`, `title`, `mime_type`, `scope`,
/// `roles`, `clients`, `known`, `deadline`.
#[proc_macro_attribute]
pub fn resource(words: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::Resource, words, item)
}

fn expand(kind: Kind, words: TokenStream, item: TokenStream) -> TokenStream {
    let mut problems = Problems::default();
    let words = parse::words::read(kind, words.into(), &mut problems);
    let function = match parse::function::read(item.clone().into(), &mut problems) {
        Ok(function) => function,
        Err(error) => {
            let mut tokens = TokenStream::from(error.into_compile_error());
            tokens.extend(item);
            return tokens;
        }
    };
    let offer = check::check(kind, words, &function, &mut problems);
    match problems.into_error() {
        None => render::offer(&function, &offer),
        Some(error) => render::failed(kind, &function, &error),
    }
    .into()
}
