//! The one credential of a request.

use tollhouse::{Credentials, Header, Unauthenticated};

/// A credential, and what its place says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown<'a> {
    pub(crate) text: &'a [u8],
    /// Whether it stood behind `Bearer`, where tokens stand; else it is a key.
    pub(crate) is_bearer: bool,
}

/// The credential that a request presents, if it presents any. The same one in two headers is one.
///
/// # Errors
///
/// There are two, or what came is none: which of them counts would be a guess, and a credential that is not
/// understood is not the same as none.
pub(crate) fn the_credential(
    presented: Credentials<'_>,
) -> Result<Option<Shown<'_>>, Unauthenticated> {
    let mut found: Option<Shown<'_>> = None;
    for (name, value) in presented.iter() {
        let is_bearer = name == "authorization";
        let text = match value {
            Header::Absent => continue,
            Header::Several => return Err(Unauthenticated::Unclear),
            Header::One(value) if is_bearer => bearer(value)?,
            Header::One(value) => value,
        };
        if found.is_some_and(|other| other.text != text) {
            return Err(Unauthenticated::Unclear);
        }
        let is_bearer = is_bearer || found.is_some_and(|other| other.is_bearer);
        found = Some(Shown { text, is_bearer });
    }
    Ok(found)
}

/// What stands behind `Bearer`, whose case does not matter (RFC 9110, 11.1).
fn bearer(value: &[u8]) -> Result<&[u8], Unauthenticated> {
    let scheme = value.split(|&byte| byte == b' ').next().unwrap_or_default();
    match value.get(scheme.len()..) {
        Some(rest) if scheme.eq_ignore_ascii_case(b"bearer") => Ok(rest.trim_ascii()),
        _ => Err(Unauthenticated::Unclear),
    }
}

#[cfg(test)]
mod tests {
    use tollhouse::{Credentials, Header, Unauthenticated};

    use super::the_credential;

    #[test]
    fn one_key_is_found_in_any_header_and_two_are_none() {
        use Header::{Absent, One, Several};
        const UNCLEAR: Result<Option<&[u8]>, Unauthenticated> = Err(Unauthenticated::Unclear);
        for (authorization, own, expected) in [
            (Absent, Absent, Ok(None)),
            (One(b"Bearer key"), Absent, Ok(Some(&b"key"[..]))),
            (One(b"bEARER   key"), Absent, Ok(Some(b"key"))),
            (Absent, One(b"key"), Ok(Some(b"key"))),
            (One(b"Bearer key"), One(b"key"), Ok(Some(b"key"))),
            // Present and empty is not absent.
            (Absent, One(b""), Ok(Some(b""))),
            (One(b"Bearer"), Absent, Ok(Some(b""))),
            (One(b""), Absent, UNCLEAR),
            (One(b"Bearer key"), One(b"other"), UNCLEAR),
            (One(b"Bearer key"), One(b""), UNCLEAR),
            (One(b"Basic a2V5"), One(b"key"), UNCLEAR),
            (One(b"key"), Absent, UNCLEAR),
            (One(b"Bearerkey"), Absent, UNCLEAR),
            (Several, One(b"key"), UNCLEAR),
            (Absent, Several, UNCLEAR),
        ] {
            let headers = [("authorization", authorization), ("x-api-key", own)];
            let found =
                the_credential(Credentials::new(&headers)).map(|found| found.map(|one| one.text));
            assert_eq!(found, expected, "{authorization:?} {own:?}");
        }
    }
}
