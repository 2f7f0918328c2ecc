//! One script, written once, for every revision of the protocol over every transport.
//!
//! A [`Client`] says what its revision says and checks every message in both directions
//! (`tollhouse_wire_check`); the chapters of the script do not know how messages travel. To add a chapter:
//! write it under `script/` and name it in `script!`. To add a variant: one line of `variant!`.

mod client;
mod house;
mod script;
mod shelf;
mod wire;

use tollhouse_wire_check::Revision;

use client::Client;
use house::House;

/// How messages travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Stdio,
    Http,
    /// A stream and an address to post to (2024-11-05, "HTTP with SSE").
    Pair,
}

/// A revision over a transport.
#[derive(Clone, Copy, Debug)]
struct Variant {
    revision: Revision,
    way: Way,
}

/// Makes the parts of the script tests of each variant: each part in a talk of its own, and all in one.
macro_rules! script {
    ($($part:ident: $($chapter:ident),+;)+) => {
        mod part {
            use super::{Client, House, script};

            $(
                pub(super) async fn $part(house: &House, client: &mut Client) {
                    $(script::$part::$chapter(house, client).await;)+
                }
            )+
        }

        async fn all(house: &House, client: &mut Client) {
            $(part::$part(house, client).await;)+
        }

        macro_rules! variant {
            ($name:ident, $revision:ident, $way:ident) => {
                mod $name {
                    use super::{Revision, Variant, Way, part, talk};

                    const VARIANT: Variant = Variant {
                        revision: Revision::$revision,
                        way: Way::$way,
                    };

                    $(
                        #[tokio::test]
                        async fn $part() {
                            talk(VARIANT, part::$part).await;
                        }
                    )+

                    #[tokio::test]
                    async fn everything_in_one_talk() {
                        talk(VARIANT, super::all).await;
                    }
                }
            };
        }
    };
}

script! {
    greeting: what_the_server_can_is_said, versions_are_agreed_on, pings_are_answered,
        the_newest_words_are_understood_beside, a_session_is_known_by_its_headers, clients_are_apart;
    listing: everything_is_listed, words_are_those_of_the_revision, lists_come_in_pages;
    tools: content_of_every_kind, failures_are_told, data_is_for_programs_and_models,
        calls_run_side_by_side;
    resources: texts_bytes_and_patterns_are_read, what_is_not_there_has_its_code;
    prompts: prompts_are_filled_in, wrong_prompts_are_refused, a_prompt_asks, arguments_are_completed;
    events: progress_grows, lines_come_when_asked_for, a_cancelled_call_is_not_answered,
        strange_cancellations_change_nothing, a_reply_is_resumed;
    questions: a_person_is_asked, one_question_follows_another, a_model_is_asked, roots_are_asked_for,
        forms_are_those_of_the_revision, who_cannot_answer_is_not_asked,
        a_refused_question_ends_the_call, a_call_is_cancelled_while_it_asks;
    batches: only_one_revision_has_batches;
    changes: lists_change, a_resource_changes;
    memory: memories_come_and_go, what_is_no_memory_is_refused;
}

variant!(r2026_07_28_over_stdio, R2026_07_28, Stdio);
variant!(r2026_07_28_over_http, R2026_07_28, Http);
variant!(r2025_11_25_over_stdio, R2025_11_25, Stdio);
variant!(r2025_11_25_over_http, R2025_11_25, Http);
variant!(r2025_06_18_over_stdio, R2025_06_18, Stdio);
variant!(r2025_06_18_over_http, R2025_06_18, Http);
variant!(r2025_03_26_over_stdio, R2025_03_26, Stdio);
variant!(r2025_03_26_over_http, R2025_03_26, Http);
variant!(r2024_11_05_over_stdio, R2024_11_05, Stdio);
variant!(r2024_11_05_over_http, R2024_11_05, Http);
variant!(r2024_11_05_over_http_sse, R2024_11_05, Pair);

/// Opens a house, and lets a client who can do everything have this talk.
async fn talk(variant: Variant, chapter: impl AsyncFnOnce(&House, &mut Client)) {
    let house = House::open(variant);
    let mut client = house.able_client();
    client.greet().await;
    chapter(&house, &mut client).await;
    client.leave().await;
    house.close().await;
}
