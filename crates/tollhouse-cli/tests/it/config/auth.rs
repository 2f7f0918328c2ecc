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
