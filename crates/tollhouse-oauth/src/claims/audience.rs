//! Whom a token is for (RFC 8707, 2): the address that was called, or what the settings name beside it.

use serde_json::Value;

use super::{claim, shown};
use crate::{Rejected, Rules};

/// Whether one of the audiences is ours.
pub(super) fn check(
    audience: Option<&Value>,
    rules: &Rules,
    resource: &str,
) -> Result<(), Rejected> {
    let missing = "is missing; ask the issuer for a token with this server as its resource";
    let audience = audience.ok_or_else(|| claim("aud", missing))?;
    let listed = match audience {
        Value::Array(listed) => listed.as_slice(),
        one => std::slice::from_ref(one),
    };
    if listed.len() > AUDIENCES_MAX {
        return Err(claim("aud", "has more than 64 values"));
    }
    let texts: Option<Vec<&str>> = listed.iter().map(Value::as_str).collect();
    let texts = texts.ok_or_else(|| claim("aud", "is neither text nor a list of texts"))?;
    let asked = canonical(resource);
    let is_ours = |text: &str| {
        let is_asked = asked.is_some() && canonical(text) == asked;
        is_asked || rules.audiences.iter().any(|known| known == text)
    };
    if texts.iter().any(|text| is_ours(text)) {
        return Ok(());
    }
    let mut expected = vec![resource.to_owned()];
    expected.extend(rules.audiences.iter().cloned());
    let got: Vec<_> = texts.iter().take(SHOWN).map(|text| shown(text)).collect();
    Err(Rejected::Audience {
        expected: expected.join(" or "),
        got: if got.is_empty() {
            "nobody".to_owned()
        } else {
            got.join(", ")
        },
    })
}

/// An address in the one spelling that addresses are compared in: scheme and host in lower case, without the
/// port that goes without saying and without one slash at the end. The path is left as it is. None if it is no
/// plain `http` or `https` address: with a user, a fragment or characters that readers disagree about.
fn canonical(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let usual_port = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    if !path.bytes().all(|byte| byte.is_ascii_graphic()) || path.contains(['#', '\\']) {
        return None;
    }
    let (host, port) = authority_parts(authority)?;
    let port = port.filter(|port| *port != usual_port);
    let path = path.strip_suffix('/').unwrap_or(path);
    let host = host.to_ascii_lowercase();
    Some(match port {
        Some(port) => format!("{scheme}://{host}:{port}{path}"),
        None => format!("{scheme}://{host}{path}"),
    })
}

/// A host, in brackets if it has colons, and a port.
fn authority_parts(authority: &str) -> Option<(&str, Option<&str>)> {
    let (host, port) = if authority.starts_with('[') {
        let (host, after) = authority.split_at_checked(authority.find(']')? + 1)?;
        let is_plain = |c: char| c.is_ascii_hexdigit() || matches!(c, '[' | ']' | ':' | '.');
        if !host.chars().all(is_plain) {
            return None;
        }
        match after {
            "" => (host, None),
            after => (host, Some(after.strip_prefix(':')?)),
        }
    } else {
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if host.is_empty() || !host.chars().all(is_plain) {
            return None;
        }
        (host, port)
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if port.is_some_and(|port| !is_port(port)) {
        return None;
    }
    Some((host, port))
}

/// More than anybody gives one token for.
const AUDIENCES_MAX: usize = 64;
/// How many of them a message shows.
const SHOWN: usize = 3;

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn w12_one_address_in_its_spellings_and_no_other() {
        let ours = canonical("https://mcp.example.com/mcp");
        assert!(ours.is_some());
        for same in [
            "https://mcp.example.com/mcp/",
            "https://MCP.Example.com/mcp",
            "HTTPS://mcp.example.com/mcp",
            "https://mcp.example.com:443/mcp",
        ] {
            assert_eq!(canonical(same), ours, "{same}");
        }
        for other in [
            "https://mcp.example.com",
            "https://mcp.example.com/",
            "https://mcp.example.com/mcp2",
            "https://mcp.example.com/mc",
            "https://mcp.example.com/MCP",
            "https://mcp.example.com/mcp//",
            "https://mcp.example.com//mcp",
            "https://mcp.example.com/mcp/x",
            "https://mcp.example.com/x/../mcp",
            "https://mcp.example.com/./mcp",
            "https://mcp.example.com/%6dcp",
            "https://mcp.example.com/mcp?",
            "https://mcp.example.com/mcp?x=1",
            "https://mcp.example.com/mcp#x",
            "https://mcp.example.com/mcp#",
            "https://mcp.example.com:8443/mcp",
            "https://mcp.example.com:/mcp",
            "https://mcp.example.com:0443/mcp",
            "https://mcp.example.com./mcp",
            "https://mcp.example.com.evil.test/mcp",
            "https://mcp.example.com@evil.test/mcp",
            "https://evil.test/mcp.example.com/mcp",
            "https://user@mcp.example.com/mcp",
            "https://evil.test\\@mcp.example.com/mcp",
            "https:\\\\mcp.example.com\\mcp",
            "https:/mcp.example.com/mcp",
            "https:mcp.example.com/mcp",
            "//mcp.example.com/mcp",
            "mcp.example.com/mcp",
            "http://mcp.example.com/mcp",
            "http://mcp.example.com:443/mcp",
            "ftp://mcp.example.com/mcp",
            " https://mcp.example.com/mcp",
            "https://mcp.example.com/mcp ",
            "https://mcp.example.com/mcp\n",
            "https://mcp.example.com/m\tcp",
            "https://mcp.ex\u{430}mple.com/mcp",
            "https://mcp.example.com/mcp\u{200b}",
            "",
        ] {
            assert_ne!(canonical(other), ours, "{other}");
        }
    }

    #[test]
    fn u8_hosts_with_ports_and_addresses() {
        for (spelling, canonical_form) in [
            ("http://localhost:3000/mcp/", "http://localhost:3000/mcp"),
            ("http://LOCALHOST:80", "http://localhost"),
            ("http://[::1]:3000/mcp", "http://[::1]:3000/mcp"),
            ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]"),
        ] {
            assert_eq!(canonical(spelling).as_deref(), Some(canonical_form));
        }
        for bad in [
            "http://[::1/mcp",
            "http://[::1]x/mcp",
            "http://[::1]:/mcp",
            "http://[g]/",
            "http://localhost/mcp#x",
            "http://localhost/mcp\\x",
            "http://localhost/m cp",
            "http://user@localhost/mcp",
        ] {
            assert_eq!(canonical(bad), None, "{bad}");
        }
    }
}
