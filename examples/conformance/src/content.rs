//! Tools that answer with pictures, sounds and resources.

use tollhouse::{Builder, Content, Contents, tool};

use crate::media;

pub(crate) fn add(builder: Builder) -> Builder {
    let image = tool("test_image_content", "Answers a picture.", async || {
        media::image()
    });
    let audio = tool("test_audio_content", "Answers a sound.", async || {
        media::audio()
    });
    let embedded = tool(
        "test_embedded_resource",
        "Answers a resource.",
        async || {
            Content::Embedded(Contents::text(
                "test://embedded-resource",
                "text/plain",
                "This is an embedded resource content.",
            ))
        },
    );
    let mixed = tool(
        "test_multiple_content_types",
        "Answers a text, a picture and a resource.",
        async || mixed(),
    );
    builder
        .tool(image.read_only())
        .tool(audio.read_only())
        .tool(embedded.read_only())
        .tool(mixed.read_only())
}

fn mixed() -> Vec<Content> {
    let data = Contents::text(
        "test://mixed-content-resource",
        "application/json",
        r#"{"test":"data","value":123}"#,
    );
    vec![
        Content::from("Multiple content types test:"),
        media::image(),
        Content::Embedded(data),
    ]
}
