//! Resources of fixed content, and a pattern of them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tollhouse::{Builder, Contents, resource, template};

use crate::media;

#[derive(Deserialize, JsonSchema)]
struct Which {
    /// Any id
    id: String,
}

pub(crate) fn add(builder: Builder) -> Builder {
    let text = resource(
        "test://static-text",
        "static-text",
        async || "This is the content of the static text resource.",
    );
    let binary = resource("test://static-binary", "static-binary", async || {
        Contents::blob("test://static-binary", "image/png", media::PNG)
    });
    let watched = resource(
        "test://watched-resource",
        "watched-resource",
        async || "Watch this.",
    );
    let data = template("test://template/{id}/data", "template-data", template_data);
    builder
        .resource(text.mime_type("text/plain").description("A fixed text."))
        .resource(
            binary
                .mime_type("image/png")
                .description("A fixed picture."),
        )
        .resource(
            watched
                .mime_type("text/plain")
                .description("A text to subscribe to."),
        )
        .resource(
            data.mime_type("application/json")
                .description("Data by id."),
        )
}

async fn template_data(which: Which) -> Contents {
    let id = which.id;
    let uri = format!("test://template/{id}/data");
    let data = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
    Contents::text(&uri, "application/json", data.to_string())
}
