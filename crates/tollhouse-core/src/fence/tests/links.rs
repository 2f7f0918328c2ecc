//! Links and pictures in what others wrote.

use super::super::links::defang;

fn defanged(text: &str) -> String {
    let mut text = text.to_owned();
    defang(
        &mut text,
        &["docs.example.com".to_owned(), "*.safe.example".to_owned()],
    );
    text
}

const AWAY: [(&str, &str); 30] = [
    (
        "![x](https://evil.example/?d=1)",
        "![x](hxxps://evil.example/?d=1)",
    ),
    ("[a](http://evil.example)", "[a](hxxp://evil.example)"),
    (
        "[a][r]\n\n[r]: https://evil.example/a 'x'",
        "[a][r]\n\n[r]: hxxps://evil.example/a 'x'",
    ),
    (
        "![a][r]\n[r]: <https://evil.example>",
        "![a][r]\n[r]: <hxxps://evil.example>",
    ),
    ("<https://evil.example>", "<hxxps://evil.example>"),
    ("see https://evil.example/a.", "see hxxps://evil.example/a."),
    ("see www.evil.example", "see www[.]evil.example"),
    ("HTTPS://EVIL.EXAMPLE", "hxxps://EVIL.EXAMPLE"),
    ("![x](//evil.example/a)", "![x](hxxps://evil.example/a)"),
    (
        "![x]( <//evil.example/a>)",
        "![x]( <hxxps://evil.example/a>)",
    ),
    ("![x](\\\\evil.example/a)", "![x](hxxps:\\\\evil.example/a)"),
    ("![x](/\\evil.example/a)", "![x](hxxps:/\\evil.example/a)"),
    ("[r]: //evil.example", "[r]: hxxps://evil.example"),
    (
        "![x](https:\\\\evil.example)",
        "![x](hxxps:\\\\evil.example)",
    ),
    ("![x](https:evil.example)", "![x](hxxps:evil.example)"),
    ("![x](https\\://evil.example)", "![x](hxxps://evil.example)"),
    (
        "![x](https&colon;//evil.example)",
        "![x](hxxps://evil.example)",
    ),
    (
        "![x](&#104;ttps://evil.example)",
        "![x](&amp;#104;ttps://evil.example)",
    ),
    (
        "![x](ht&#116;ps://evil.example)",
        "![x](ht&amp;#116;ps://evil.example)",
    ),
    (
        "ftp://evil.example wss://evil.example",
        "fxp://evil.example wxs://evil.example",
    ),
    (
        "https://docs.example.com@evil.example/",
        "hxxps://docs.example.com@evil.example/",
    ),
    (
        "https://docs.example.com.evil.example/",
        "hxxps://docs.example.com.evil.example/",
    ),
    (
        "https://docs.example.com\\@evil.example/",
        "hxxps://docs.example.com\\@evil.example/",
    ),
    (
        "https://docs.example.com&#46;evil.example/",
        "hxxps://docs.example.com&#46;evil.example/",
    ),
    ("https://safe.example/", "hxxps://safe.example/"),
    ("https://evilsafe.example/", "hxxps://evilsafe.example/"),
    (
        "<img src=\"https://evil.example/a.png\">",
        "&lt;img src=\"hxxps://evil.example/a.png\">",
    ),
    (
        "<IMG SRC='//evil.example'>",
        "&lt;IMG SRC='hxxps://evil.example'>",
    ),
    (
        "<img src=\"ht\ntps://evil.example\">",
        "&lt;img src=\"ht\ntps://evil.example\">",
    ),
    (
        "<p style=\"background:url(//evil.example)\">",
        "<p style=\"background:url(hxxps://evil.example)\">",
    ),
];

#[test]
fn case_76_links_to_elsewhere_are_only_text() {
    for (text, left) in AWAY {
        assert_eq!(defanged(text), left, "{text}");
        assert_eq!(defanged(left), left, "{left}");
    }
}

#[test]
fn case_76_what_leads_where_it_may_and_what_is_no_link_stays() {
    for text in [
        "![x](https://docs.example.com/a?b=c&d=e)",
        "see https://docs.example.com:8443/a, and https://a.safe.example.",
        "<img src=\"https://docs.example.com/a.png\">",
        "at 12:30: 3/4 of it, a/b, c:\\d, and/or",
        "x = &y; if (a && b) { f(&c) } // comment",
        "http is a protocol; https: too; the ftp server; www. and ws",
        "{\"a\":\"//x\",\"b\":[\"//y\"]}",
        "1 < 2 <b>bold</b> <div class=\"a\">",
        "[a](#part) ![b](b.png) [c](/c) [d](mailto:a@b.example)",
        "",
    ] {
        assert_eq!(defanged(text), text);
    }
}
