//! What is said of wrong ways to let callers in.

use super::texts::is_told;

#[test]
fn wrong_ways_in_are_told() {
    for (config, code) in [
        ("[auth]\nmode = ['none', 'keys']", "E025"),
        ("[auth]\nmode = 'external'", "E020"),
        ("[auth]\nkey = 'file:key'", "E025"),
        ("[auth]\nmode = 'keys'\nkey = 'exec:'", "E024"),
        // An empty key would be shown by whoever shows nothing.
        ("[auth]\nmode = 'keys'\nkey = ''", "E024"),
        ("[auth]\nmode = 'keys'\nkey = '  '", "E024"),
        ("[auth]\nmode = 'keys'\nkey = '${NOT_SET:-}'", "E024"),
        (
            "[auth]\nmode = 'keys'\nlookup = { url = 'https://a.example', token = '' }",
            "E024",
        ),
        ("[auth]\nissuers.a.url = 'https://a.example'", "E025"),
        (
            "[auth]\nmode = 'external'\nissuers.a.url = 'http://a.example'",
            "E024",
        ),
        (
            "[auth]\nmode = 'external'\nissuers.a = { url = 'https://a.example', introspection = true }",
            "E020",
        ),
        (
            "[auth]\nmode = 'external'\nissuers.a = { url = 'https://a.example', client_id = 'a' }",
            "E025",
        ),
        (
            "[auth]\nmode = 'external'\nissuers.a = { url = 'https://a.example', algorithms = ['HS256'] }",
            "E023",
        ),
        (
            "[auth]\nmode = 'external'\nissuers.a.url = 'https://a.example'\nissuers.b.url = 'https://b.example'",
            "E025",
        ),
    ] {
        is_told(config, code);
    }
}

#[test]
fn wrong_rights_and_systems_of_keys_are_told() {
    for (config, code) in [
        ("[auth]\nmode = 'keys'\nscopes.'a b' = 'A'", "E024"),
        ("[auth]\nmode = 'keys'\nscopes.'orders:*' = 'A'", "E024"),
        (
            "[auth]\nmode = 'keys'\nscopes = { any2 = 'A', a = { text = 'A', includes = ['any3'] } }",
            "E036",
        ),
        (
            "[auth]\nmode = 'keys'\nroles.a = ['offline_access']",
            "E024",
        ),
        ("[auth]\nmode = 'keys'\nlookup.source = 'shop'", "E020"),
        (
            "[auth]\nmode = 'keys'\nlookup = { source = 'shop', sql = 'SELECT 1', url = 'https://a.example' }",
            "E025",
        ),
        (
            "[auth]\nmode = 'external'\nissuers.a.url = 'https://a.example'\n[server]\nlisten = '0.0.0.0:0'",
            "E020",
        ),
        (
            "[auth]\nmode = 'external'\nissuers.a.url = 'https://a.example'\n[server]\npublic_url = 'http://a.example'",
            "E024",
        ),
        (
            "[auth]\nmode = 'keys'\n[resources.a]\nuri = 'x://a'\ntext = 'a'\nscope = 'any'\nroles = []",
            "E025",
        ),
        (
            "[auth]\nmode = 'keys'\n[prompts.a]\ntext = 'a'\nscope = 'any'\nclients = []",
            "E025",
        ),
        (
            "[auth]\nmode = 'keys'\n[prompts.a]\ntext = 'a'\nscope = []",
            "E035",
        ),
        (
            "[auth]\nmode = 'keys'\n[prompts.a]\ntext = 'a'\nscope = ['any', 'a']",
            "E024",
        ),
    ] {
        is_told(config, code);
    }
}

#[test]
fn w17_lists_and_names_that_say_nothing_are_told() {
    for (config, code) in [
        ("[auth]\nmode = []", "E023"),
        (
            "[auth]\nmode = 'external'\nissuers.a = { url = 'https://a.example', audience = '' }",
            "E024",
        ),
        (
            "[auth]\nmode = 'external'\nissuers.a = { url = 'https://a.example', allow = ['https://b.example:1'] }",
            "E024",
        ),
    ] {
        is_told(config, code);
    }
}

/// What is written down as a secret is, also where it goes by another name, and is not shown beside another mistake.
#[test]
fn case86_n24_secrets_of_sign_in_are_in_nothing_that_is_told() {
    for auth in [
        "key = 'sesame-4711-0815'",
        "key = 'exec:no-such-program --password sesame-4711-0815'",
        "lookup.url = 'https://10.0.0.1/?access_token=sesame-4711-0815'",
        "lookup.url = 'https://me:sesame-4711-0815@a.example'",
        "lookup.url = '${PLACE}'",
        "lookup = { url = 'https://a.example', token = 'exec:false sesame-4711-0815' }",
    ] {
        let text = format!("[auth]\nmode = 'keys'\nnonsense = 1\n{auth}\n");
        let folder = super::folder(&text);
        for more in [
            &["check"][..],
            &["check", "--json"],
            &["run", "--http", "127.0.0.1:0"],
        ] {
            let mut command = crate::process::command(folder.path(), more);
            command.env("PLACE", "https://me:sesame-4711-0815@a.example");
            let done = command.output().unwrap();
            let told = super::text(&done.stdout) + &super::text(&done.stderr);
            assert_eq!(done.status.code(), Some(2), "{auth}: {told}");
            assert!(told.contains("nonsense"), "{told}");
            assert!(!told.contains("sesame"), "{auth}: {told}");
        }
    }
}

/// What is told as the mend of an address without TLS is one.
#[test]
fn an_exception_may_say_that_there_is_no_tls() {
    is_told(
        "[auth]\nmode = 'external'\nnonsense = 1\n\
         issuers.a = { url = 'https://a.example', jwks = 'https://b.example', allow = ['http://b.example:8080'] }",
        "E021",
    );
}
