//! Whether the name has an address, and somebody listens there.

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{Culprit, Report, Visit, deadline::Deadline};

/// The addresses that somebody listens on; none if there are none.
pub(super) async fn look(
    visit: &Visit,
    deadline: Deadline,
    report: &mut Report,
) -> Option<Vec<SocketAddr>> {
    let found = resolve(visit, deadline, report).await?;
    let (mut alive, mut dead) = (Vec::new(), Vec::new());
    for address in found {
        let patience = deadline.patience().unwrap_or_default().min(CONNECT);
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(_)) => alive.push(address),
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                dead.push(format!("{address} (nobody listens)"));
            }
            Ok(Err(error)) => dead.push(format!("{address} ({error})")),
            Err(_) => dead.push(format!("{address} (no answer)")),
        }
    }
    if alive.is_empty() {
        report.bad(
            "connect",
            Culprit::NobodyListens,
            &format!("no connection to {}", dead.join(", ")),
            "start the server, name the port it listens on, or open the firewall in between",
        );
        return None;
    }
    if dead.is_empty() {
        report.good("connect", &listed(&alive));
    } else {
        report.odd(
            "connect",
            Culprit::DeadAddress,
            &format!("{} answers, but not {}", listed(&alive), dead.join(", ")),
            "listen on every address of the name, or take those out of DNS; clients that try them first wait",
        );
    }
    Some(alive)
}

/// Whether only few reach it: on the same machine, in the same network, or nobody.
pub(super) fn is_private(ip: IpAddr) -> bool {
    !tollhouse_outbound::is_public(ip.to_canonical())
}

async fn resolve(
    visit: &Visit,
    deadline: Deadline,
    report: &mut Report,
) -> Option<Vec<SocketAddr>> {
    let host = visit.host();
    let port = visit.url.port_or_known_default().unwrap_or_default();
    let found = timeout(
        deadline.patience().unwrap_or_default(),
        lookup_host((host, port)),
    )
    .await;
    let why = match found {
        Ok(Ok(found)) => {
            let mut addresses: Vec<SocketAddr> = found.take(ADDRESSES_MAX).collect();
            addresses.dedup();
            if !addresses.is_empty() {
                report.good("name", &named(host, &addresses));
                return Some(addresses);
            }
            "it has no address".to_owned()
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the name server does not answer".to_owned(),
    };
    report.bad(
        "name",
        Culprit::UnknownHost,
        &format!("{host} is not found: {why}"),
        "check the spelling, and that DNS has an A or AAAA record that is visible from here",
    );
    None
}

fn named(host: &str, addresses: &[SocketAddr]) -> String {
    let shown = addresses.iter().map(|address| {
        let ip = address.ip();
        if ip.is_loopback() {
            format!("{ip} (this machine)")
        } else if is_private(ip) {
            format!("{ip} (private: hosted clients cannot reach it)")
        } else {
            ip.to_string()
        }
    });
    format!("{host} is {}", shown.collect::<Vec<_>>().join(", "))
}

fn listed(addresses: &[SocketAddr]) -> String {
    let shown = addresses.iter().map(ToString::to_string);
    shown.collect::<Vec<_>>().join(", ")
}

const CONNECT: Duration = Duration::from_secs(5);
/// More are not tried.
const ADDRESSES_MAX: usize = 8;
