//! The diary: days with their sums, and a meal that is logged once.

use std::fs;

use serde_json::{Value, json};

use super::copy;
use crate::process::Process;

#[test]
fn t19_the_diary_is_seven_days_of_sums_that_can_be_paged() {
    let folder = copy("diary");
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let page = |process: &mut Process, arguments: Value| -> Vec<Value> {
        let found = process.call("get_diary", &arguments);
        found["structuredContent"]["rows"]
            .as_array()
            .unwrap()
            .clone()
    };
    let days = page(&mut process, json!({}));
    assert_eq!(days.len(), 7);
    let meals = days[1]["meals"].as_array().unwrap().iter();
    let sum: i64 = meals.map(|meal| meal["kcal"].as_i64().unwrap()).sum();
    assert_eq!(days[1]["kcal"], sum);
    assert_eq!(days[1].get("user_id"), None);
    let last = days[6]["day"].as_str().unwrap();
    let earlier = page(&mut process, json!({"until": last}));
    assert_eq!((earlier.len(), &earlier[0]["day"]), (7, &json!(last)));
    let all = page(
        &mut process,
        json!({"since": earlier[6]["day"], "days": 42}),
    );
    assert_eq!(all.len(), 13);
}

/// A slow answer and another try: one entry. The same id for something else: none, and a reason.
#[test]
fn t20_a_meal_that_is_sent_again_is_logged_once() {
    let folder = copy("diary");
    let soup = json!({"clientRequestId": "11111111-aaaa", "meal": "lunch", "what": "Pea soup", "kcal": 450});
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let first = process.call("log_meal", &soup);
    let again = process.call("log_meal", &soup);
    assert_eq!(first["structuredContent"], again["structuredContent"]);
    assert!(first["structuredContent"]["id"].is_i64(), "{first}");
    let mut other = soup.clone();
    other["what"] = json!("Cake");
    let refused = process.call("log_meal", &other);
    let why = refused["content"][0]["text"].as_str().unwrap();
    assert!(
        refused["isError"] == true && why.contains("was used for other arguments"),
        "{refused}"
    );
    let mut without = soup.clone();
    without.as_object_mut().unwrap().remove("clientRequestId");
    assert_eq!(process.call("log_meal", &without)["isError"], true);
    // Another process, as after a restart of the client.
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    let later = process.call("log_meal", &soup);
    assert_eq!(first["structuredContent"], later["structuredContent"]);
    let today = process.call("get_diary", &json!({"days": 1}));
    let meals = today["structuredContent"]["rows"][0]["meals"].to_string();
    assert_eq!(meals.matches("Pea soup").count(), 1, "{meals}");
}

#[test]
fn t20_a_day_that_is_none_is_not_logged() {
    let folder = copy("diary");
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    for day in ["2026-02-30", "2026-13-01", "0000-00-00"] {
        let meal = json!({"clientRequestId": format!("on-{day}"), "day": day, "meal": "snack", "what": "Apple", "kcal": 90});
        let done = process.call("log_meal", &meal);
        assert_eq!(done["isError"], true, "{done}");
    }
}

/// Six weeks with four long entries a day, in one answer that a model can read.
#[test]
fn t19_six_weeks_fit_into_one_answer() {
    let folder = copy("diary");
    // Six weeks are logged here faster than anybody eats.
    let file = folder.path().join("tollhouse.toml");
    let pack = fs::read_to_string(&file).unwrap();
    let limits = "limits.writes = 'off'\nlimits.key = 'off'\n";
    fs::write(&file, format!("{limits}{pack}")).unwrap();
    let mut process = Process::start(folder.path(), &["run", "--stdio"]);
    for day in 0..42 {
        for meal in ["breakfast", "lunch", "dinner", "snack"] {
            let logged = json!({
                "clientRequestId": format!("weeks-{day}-{meal}"),
                "day": format!("2025-{:02}-{:02}", 3 + day / 28, 1 + day % 28),
                "meal": meal,
                "what": "Two slices of rye bread with cheese and cucumber, a large glass of milk",
                "kcal": 612, "protein_g": 31.25, "carbs_g": 55.5, "fat_g": 28.75,
            });
            let done = process.call("log_meal", &logged);
            assert_eq!(done["isError"], Value::Null, "{done}");
        }
    }
    let weeks = json!({"since": "2025-03-01", "until": "2025-04-14", "days": 42});
    let result = process.call("get_diary", &weeks);
    let found = &result["structuredContent"];
    assert_eq!(found["truncated"], false, "{found}");
    let rows = found["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[41]["kcal"]), (42, &json!(4 * 612)));
    // A model reads the text; four bytes are about a token.
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.len() / 4 < 25_000, "{}", text.len());
}
