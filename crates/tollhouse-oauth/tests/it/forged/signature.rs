//! Signatures of something else, by somebody else, or of nothing.

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;
use tollhouse_oauth::Rules;

use super::{House, parts};
use crate::forge::{ISSUER, Signer, encode, key_set, payload, payload_with, verify};

#[test]
fn p11_signatures_of_something_else() {
    let house = House::new();
    let (header, body, signature) = house.parts();
    let admin = encode(payload_with("sub", json!("admin")).to_string());
    let other_header = encode(json!({"alg": "RS256", "kid": "rsa"}).to_string());
    let (_, _, ec_signature) = parts(&house.ec.token(&payload()));
    let rsa = |signature: String| format!("{header}.{body}.{signature}");
    let forged = [
        ("another payload", format!("{header}.{admin}.{signature}")),
        (
            "another header",
            format!("{other_header}.{body}.{signature}"),
        ),
        (
            "another's key",
            house.forger.token_with(&house.rsa.header(), &payload()),
        ),
        ("a shorter one", rsa(signature[..340].to_owned())),
        ("one byte", rsa(encode([0]))),
        ("a longer one", rsa(encode([1; 257]))),
        ("zeros", rsa(encode([0; 256]))),
        ("ones", rsa(encode([0xff; 256]))),
        ("the other key's", rsa(ec_signature)),
    ];
    house.refuses("Signature", &forged);
}

#[test]
fn w14_numbers_that_sign_everything_or_have_another_form() {
    let house = House::new();
    let (header, body, _) = parts(&house.ec.token(&payload()));
    let with = |signature: &[u8]| format!("{header}.{body}.{}", encode(signature));
    let raw = house.ec.sign(format!("{header}.{body}").as_bytes());
    verify(&with(&raw), &Rules::of(ISSUER), &house.keys).unwrap();
    let (r, s) = raw.split_at(32);
    let (zero, one) = ([0; 32], [[0; 31].as_slice(), &[1]].concat());
    let forged = [
        ("r = s = 0", with(&[0; 64])),
        ("r = s = the order", with(&[ORDER, ORDER].concat())),
        ("r = 0", with(&[&zero, s].concat())),
        ("s = 0", with(&[r, &zero].concat())),
        ("r = s = 1", with(&one.repeat(2))),
        ("a byte more", with(&[&raw, [0].as_slice()].concat())),
        ("a byte less", with(&raw[..63])),
        (
            "a hundred bytes more",
            with(&[&raw, [0; 100].as_slice()].concat()),
        ),
        (
            "both halves, each longer",
            with(&[&[0], r, &[0], s].concat()),
        ),
        ("the halves exchanged", with(&[s, r].concat())),
        ("as ASN.1", with(&asn1(r, s))),
        ("an empty sequence", with(&[0x30, 0])),
    ];
    house.refuses("Signature", &forged);
}

/// The same signature as X.509 has it.
fn asn1(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |half: &[u8]| {
        let sign: &[u8] = if half[0] >= 0x80 { &[0] } else { &[] };
        let length = u8::try_from(half.len() + sign.len()).unwrap();
        [&[2, length], sign, half].concat()
    };
    let both = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()], both.as_slice()].concat()
}

#[test]
fn w14_no_single_byte_can_be_changed() {
    let rules = Rules::of(ISSUER);
    let signers = [
        Signer::rsa("a", "RS256"),
        Signer::ec("b", "ES256"),
        Signer::ed("c"),
    ];
    let keys = key_set(&signers.each_ref().map(Signer::jwk));
    let tokens = signers.each_ref().map(|signer| signer.token(&payload()));
    for token in &tokens {
        verify(token, &rules, &keys).unwrap();
    }
    let changes = (0..3_usize, any::<prop::sample::Index>(), 0..128_u8);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(4000));
    runner
        .run(&changes, |(which, at, byte)| {
            let mut bytes = tokens[which].clone().into_bytes();
            let at = at.index(bytes.len());
            prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert!(verify(&changed, &rules, &keys).is_err(), "{changed}");
            Ok(())
        })
        .unwrap();
}

/// How many points P-256 has (FIPS 186-4, D.1.2.3).
const ORDER: &[u8] = b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
