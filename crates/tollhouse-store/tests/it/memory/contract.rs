//! What every store of memories must do, whatever it is made of: run against an empty one.

use tollhouse_core::memory::{
    Category, Deleted, Filing, Kept, Memory, MemoryError, MemoryId, Note, Saved, Search,
};

use super::{NOW_MS, ROOM, contents, found, note, query, save};

mod owners;
mod room;

/// Panics where the store does not do what the port promises.
pub(crate) async fn holds(memory: &dyn Memory) {
    saving(memory).await;
    the_best_come_first(memory).await;
    other_forms_and_slips_are_found(memory).await;
    every_language_is_found(memory).await;
    without_words_the_newest_come(memory).await;
    projects_are_made_on_purpose(memory).await;
    filters_narrow(memory).await;
    owners::case_56_owners_are_strangers(memory).await;
    owners::case_56_even_the_same_words_are_two_memories(memory).await;
    owners::case_56_order_tells_nothing_of_others(memory).await;
    deleting_is_for_good(memory).await;
    room::room_for_memories_ends(memory).await;
    room::room_for_projects_ends(memory).await;
}

async fn saving(memory: &dyn Memory) {
    saving_twice_is_saving_once(memory).await;
    p14_who_was_tainted_taints_what_is_kept(memory).await;
    what_is_nearly_the_same_is_named(memory).await;
}

/// T1: a retry is recognised.
async fn saving_twice_is_saving_once(memory: &dyn Memory) {
    let id = save(memory, "twice", "Deploys are frozen on Fridays.").await;
    let again = Note {
        category: Some(Category::Fact),
        now_ms: NOW_MS + 1,
        ..note("Deploys are frozen on Fridays.")
    };
    let saved = memory.save("twice", again, ROOM).await.unwrap();
    let kept = same(saved);
    assert_eq!(
        (kept.id, kept.category, kept.saved_at_ms),
        (id, None, NOW_MS)
    );
    assert_eq!(contents(memory, "twice", "").await.len(), 1);
}

/// P14: one who had read what others wrote is enough, and nobody takes it back.
async fn p14_who_was_tainted_taints_what_is_kept(memory: &dyn Memory) {
    let tainted = async |content: &str| {
        let found = memory.search("tainted", query(content)).await.unwrap();
        found.first().unwrap().kept.is_tainted
    };
    let saved = async |content: &str, is_tainted: bool| {
        let note = Note {
            is_tainted,
            ..note(content)
        };
        memory.save("tainted", note, ROOM).await.unwrap()
    };
    for (content, sends, is_tainted) in [
        ("Apples are red.", &[false, false][..], false),
        ("Bananas are yellow.", &[true, false], true),
        ("Cherries are dark.", &[false, true], true),
    ] {
        for send in sends {
            saved(content, *send).await;
        }
        assert_eq!(tainted(content).await, is_tainted, "{content}");
        assert_eq!(tainted("").await, is_tainted, "{content}");
        assert_eq!(same(saved(content, false).await).is_tainted, is_tainted);
    }
}

/// T1: near-duplicates are told, and kept.
async fn what_is_nearly_the_same_is_named(memory: &dyn Memory) {
    let id = save(memory, "near", "The staging database lives in Frankfurt.").await;
    save(memory, "near", "Ana likes oolong.").await;
    let nearly = note("The staging database lives in Frankfurt!!");
    let saved = memory.save("near", nearly, ROOM).await.unwrap();
    let similar = similar(saved);
    let ids: Vec<_> = similar.into_iter().map(|kept| kept.id).collect();
    assert_eq!(ids, [id]);
    save(memory, "near", "Buy bread.").await;
}

/// T2: relevance falls from the first to the last, and what does not fit is not there.
async fn the_best_come_first(memory: &dyn Memory) {
    for content in [
        "The user drinks coffee.",
        "The user drinks coffee without sugar, in the morning.",
        "The user prefers window seats.",
        "Invoices go out on the first of the month.",
    ] {
        save(memory, "best", content).await;
    }
    let best = found(memory, "best", "coffee sugar").await;
    let texts: Vec<_> = best
        .iter()
        .map(|found| found.kept.content.as_str())
        .collect();
    assert_eq!(
        texts,
        [
            "The user drinks coffee without sugar, in the morning.",
            "The user drinks coffee.",
        ]
    );
    assert!(
        best.iter()
            .all(|found| (0.0..=1.0).contains(&found.relevance))
    );
    assert!(best.is_sorted_by(|one, next| one.relevance > next.relevance));
    assert_eq!(contents(memory, "best", "helicopter").await.len(), 0);
    let one = Search {
        limit: 1,
        ..query("the user")
    };
    assert_eq!(memory.search("best", one).await.unwrap().len(), 1);
}

async fn other_forms_and_slips_are_found(memory: &dyn Memory) {
    let content = "She runs café tours and visits Kubernetes meetups.";
    save(memory, "forms", content).await;
    save(memory, "forms", "Something else entirely.").await;
    for text in [
        "running",
        "RUNS",
        "cafe",
        "tour",
        "kuberntes",
        "Kubernetes-meetup",
        "visited",
    ] {
        assert_eq!(contents(memory, "forms", text).await, [content], "{text}");
    }
}

async fn every_language_is_found(memory: &dyn Memory) {
    let all = [
        ("我喜欢喝咖啡,不加糖。", "咖啡"),
        ("会議は毎週月曜日です", "月曜日"),
        ("커피를 좋아합니다", "커피"),
        ("ผมชอบกาแฟดำ", "กาแฟ"),
        ("Встречи по вторникам в десять", "вторникам"),
        ("الاجتماع يوم الثلاثاء", "الثلاثاء"),
        ("बैठक मंगलवार को है", "मंगलवार"),
        ("Η συνάντηση είναι την Τρίτη", "ΤΡΊΤΗ"),
        ("Große Straße in Köln", "koln"),
        ("🦀 crab facts", "crab"),
    ];
    for (content, _) in all {
        save(memory, "tongues", content).await;
    }
    for (content, text) in all {
        let found = contents(memory, "tongues", text).await;
        assert_eq!(
            found.first().map(String::as_str),
            Some(content),
            "{text}: {found:?}"
        );
    }
}

async fn without_words_the_newest_come(memory: &dyn Memory) {
    for (content, now_ms) in [
        ("first", NOW_MS),
        ("third", NOW_MS + 2),
        ("second", NOW_MS + 1),
    ] {
        let note = Note {
            now_ms,
            ..note(content)
        };
        memory.save("newest", note, ROOM).await.unwrap();
    }
    for text in ["", "   ", "?!", "\"*\"", "\0"] {
        let newest = contents(memory, "newest", text).await;
        assert_eq!(newest, ["third", "second", "first"], "{text:?}");
    }
}

/// T1, P58: a project is there because somebody wanted it, not because a model named it.
async fn projects_are_made_on_purpose(memory: &dyn Memory) {
    let saved = async |content: &str, filing| {
        let saved = memory.save("maker", filed(content, filing), ROOM).await;
        assert!(matches!(saved, Ok(Saved::New(_))), "{saved:?}");
    };
    assert_eq!(refused(memory, "maker", "billing").await, [""; 0]);
    saved("a", new("Billing")).await;
    saved("b", into("bILLING")).await;
    saved("c", new("billing")).await;
    // The same words may matter in two projects.
    saved("a", Filing::Nowhere).await;
    for name in ["Ärger", "ärger"] {
        let made = memory.create_project("maker", name, NOW_MS, ROOM).await;
        assert_eq!(made.unwrap(), "Ärger");
    }
    assert_eq!(refused(memory, "maker", "bill").await, ["Billing", "Ärger"]);
    assert_eq!(contents(memory, "maker", "").await, ["a", "c", "b", "a"]);
}

async fn filters_narrow(memory: &dyn Memory) {
    for (content, category, filing) in [
        ("tea at home", Some(Category::Preference), Filing::Nowhere),
        (
            "tea at work",
            Some(Category::Fact),
            Filing::InNew("Work".to_owned()),
        ),
        ("tea for all", None, Filing::In("Work".to_owned())),
    ] {
        let note = Note {
            category,
            filing,
            ..note(content)
        };
        memory.save("filters", note, ROOM).await.unwrap();
    }
    for (text, project, category, expected) in [
        (
            "tea",
            Some("work"),
            None,
            vec!["tea at work", "tea for all"],
        ),
        (
            "teaa",
            Some("work"),
            None,
            vec!["tea at work", "tea for all"],
        ),
        ("home", Some("work"), None, vec![]),
        ("hoome", Some("work"), None, vec![]),
        ("tea", None, Some(Category::Preference), vec!["tea at home"]),
        ("", Some("Work"), Some(Category::Fact), vec!["tea at work"]),
    ] {
        let search = Search {
            project: project.map(str::to_owned),
            category,
            ..query(text)
        };
        let found = memory.search("filters", search).await.unwrap();
        let mut texts: Vec<_> = found
            .iter()
            .map(|found| found.kept.content.as_str())
            .collect();
        texts.sort_unstable();
        assert_eq!(texts, expected, "{text} {project:?} {category:?}");
    }
    let nowhere = Search {
        project: Some("Play".to_owned()),
        ..query("tea")
    };
    let refused = memory.search("filters", nowhere).await;
    assert_eq!(projects_there(refused), ["Work"]);
}

/// T4: what is deleted is gone, and saying so twice changes nothing.
async fn deleting_is_for_good(memory: &dyn Memory) {
    let id = save(memory, "gone", "The intern is called Sam.").await;
    let unknown = MemoryId::random().unwrap();
    let delete = async |id: &MemoryId| memory.delete("gone", id.clone(), NOW_MS).await.unwrap();
    assert_eq!(delete(&unknown).await, Deleted::Unknown);
    assert_eq!(delete(&id).await, Deleted::Now);
    assert_eq!(delete(&id).await, Deleted::Before);
    for text in ["intern", "interm", ""] {
        assert_eq!(contents(memory, "gone", text).await.len(), 0, "{text}");
    }
    // It may be learnt anew.
    let anew = save(memory, "gone", "The intern is called Sam.").await;
    assert_ne!(anew, id);
}

fn same(saved: Saved) -> Kept {
    match saved {
        Saved::Same(kept) => kept,
        Saved::New(_) => panic!("it was saved again"),
    }
}

fn similar(saved: Saved) -> Vec<Kept> {
    match saved {
        Saved::New(similar) => similar,
        Saved::Same(kept) => panic!("it was taken for {kept:?}"),
    }
}

/// The projects that are named to one who asks for another.
fn projects_there<T: std::fmt::Debug>(result: Result<T, MemoryError>) -> Vec<String> {
    match result {
        Err(MemoryError::NoSuchProject(projects)) => projects,
        other => panic!("{other:?}"),
    }
}

/// The projects that are named to one who saves into another.
async fn refused(memory: &dyn Memory, owner: &str, project: &str) -> Vec<String> {
    let note = filed("for nothing", into(project));
    projects_there(memory.save(owner, note, ROOM).await)
}

fn filed(content: &str, filing: Filing) -> Note {
    Note {
        filing,
        ..note(content)
    }
}

fn into(name: &str) -> Filing {
    Filing::In(name.to_owned())
}

fn new(name: &str) -> Filing {
    Filing::InNew(name.to_owned())
}
