//! A picture and a sound, both as small as their formats allow.

use tollhouse::Content;

pub(crate) fn image() -> Content {
    Content::Image {
        data: PNG.into(),
        mime_type: "image/png".to_owned(),
    }
}

pub(crate) fn audio() -> Content {
    Content::Audio {
        data: WAV.into(),
        mime_type: "audio/wav".to_owned(),
    }
}

/// One grey pixel.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\
    \x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\
    \x00\x00\x00\x0aIDAT\x78\xda\x63\x68\x00\x00\x00\x82\x00\x81\xda\x45\x08\x3b\
    \x00\x00\x00\x00IEND\xae\x42\x60\x82";

/// A millisecond of silence, in 8 bits at 8 kHz.
const WAV: &[u8] = b"RIFF\x2c\x00\x00\x00WAVE\
    fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00\
    data\x08\x00\x00\x00\x80\x80\x80\x80\x80\x80\x80\x80";
