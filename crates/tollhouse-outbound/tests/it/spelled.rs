//! Addresses in every spelling that some reader of URLs understands.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use tollhouse_outbound::{Options, Outbound};

/// One number of an address: decimal, octal or hexadecimal, with zeros before it or not.
fn number(value: u32, form: u8) -> String {
    match form % 5 {
        0 => value.to_string(),
        1 => format!("0{value:o}"),
        2 => format!("000{value:o}"),
        3 => format!("0x{value:x}"),
        _ => format!("0X00{value:X}"),
    }
}

/// An address of version 4 in one to four parts, or inside one of version 6.
fn spelled(address: Ipv4Addr, parts: u8, forms: [u8; 4]) -> String {
    let bits = address.to_bits();
    let [a, b, c, d] = address.octets().map(u32::from);
    let join = |values: &[u32]| {
        let written = values
            .iter()
            .zip(forms)
            .map(|(value, form)| number(*value, form));
        written.collect::<Vec<_>>().join(".")
    };
    let inside = |high: u128| format!("[{}]", Ipv6Addr::from_bits(high | u128::from(bits)));
    match parts % 9 {
        0 => join(&[bits]),
        1 => join(&[a, bits & 0xff_ffff]),
        2 => join(&[a, b, bits & 0xffff]),
        3 => join(&[a, b, c, d]),
        4 => format!("{}.", join(&[a, b, c, d])),
        5 => inside(0),
        6 => inside(0xffff << 32),
        7 => inside(0x64_ff9b << 96),
        _ => format!(
            "[{}]",
            Ipv6Addr::from_bits((0x2002 << 112) | (u128::from(bits) << 80))
        ),
    }
}

/// Addresses that are not everybody's.
fn of_ours() -> impl Strategy<Value = Ipv4Addr> {
    let inside = |base: [u8; 4], length: u32| {
        let base = Ipv4Addr::from(base).to_bits();
        any::<u32>().prop_map(move |bits| Ipv4Addr::from_bits(base | (bits & (u32::MAX >> length))))
    };
    prop_oneof![
        inside([0, 0, 0, 0], 8),
        inside([10, 0, 0, 0], 8),
        inside([100, 64, 0, 0], 10),
        inside([127, 0, 0, 0], 8),
        inside([169, 254, 0, 0], 16),
        inside([172, 16, 0, 0], 12),
        inside([192, 168, 0, 0], 16),
        inside([198, 18, 0, 0], 15),
        inside([224, 0, 0, 0], 3),
    ]
}

proptest! {
    #[test]
    fn c51_an_address_that_is_not_public_is_refused_in_each_spelling(
        address in of_ours(), parts: u8, forms: [u8; 4], port: u16,
    ) {
        thread_local! {
            static CLIENT: Outbound = Outbound::new(Options::default()).unwrap();
        }
        let host = spelled(address, parts, forms);
        CLIENT.with(|client| client.check("https://8.8.8.8/")).unwrap();
        for url in [format!("https://{host}/"), format!("https://{host}:{port}/a")] {
            let refused = CLIENT.with(|client| client.check(&url));
            assert!(refused.is_err(), "{url} is taken");
        }
    }
}
