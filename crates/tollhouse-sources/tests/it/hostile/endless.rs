//! Statements that would take for ever, or all of the memory.

use super::*;

/// Counts for a long time.
const NUMBERS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)";

/// What is stopped by time. `NUMBERS` is put before each.
const LONG: &[&str] = &[
    "SELECT count(*) AS x FROM n",
    "SELECT sum(a.i * b.i) AS x FROM n AS a, n AS b",
    "SELECT max(i) AS x FROM n WHERE CAST(i AS TEXT) LIKE '%9%9%9%9%9%9%9%9%9%9%'",
    "SELECT max(i) AS x FROM n WHERE CAST(i AS TEXT) GLOB '*[!a]*[!b]*[!c]*z'",
    "SELECT sum(length(hex(randomblob(1000)))) AS x FROM n",
    "SELECT sum(length(printf('%*d', 1000, i))) AS x FROM n",
    "SELECT sum(json_array_length('[1,2,3]')) AS x FROM n",
    "SELECT max(sum_of) AS x FROM (SELECT sum(i) OVER (ROWS BETWEEN 100 PRECEDING AND CURRENT ROW) AS sum_of FROM n)",
    "SELECT count(*) AS x FROM n WHERE i IN (SELECT -i FROM n)",
    "SELECT count(*) AS x FROM n WHERE (SELECT count(*) FROM orders WHERE status = CAST(n.i AS TEXT)) > 1",
    "SELECT count(*) AS x FROM n, json_each('[1,2,3,4,5,6,7,8,9]'), json_each('[1,2,3,4,5,6,7,8,9]')",
    "SELECT i AS x FROM n WHERE i < 0",
    "SELECT count(DISTINCT i % 1000) AS x FROM n",
    "SELECT count(*) AS x FROM n WHERE upper(lower(trim(CAST(i AS TEXT)))) = 'A'",
];

/// What is stopped by its size.
const LARGE: &[&str] = &[
    "SELECT zeroblob(2000000000) AS x",
    "SELECT randomblob(1000000000) AS x",
    "SELECT printf('%*d', 1000000000, 1) AS x",
    "SELECT printf('%.*c', 1000000000, 'x') AS x",
    "SELECT hex(zeroblob(15000000)) AS x",
    "SELECT replace(hex(zeroblob(100000)), '0', hex(zeroblob(1000))) AS x",
    "SELECT quote(zeroblob(15000000)) AS x",
    "SELECT group_concat(hex(zeroblob(1000000))) AS x FROM json_each('[1,2,3,4,5,6,7,8,9,10]')",
    "SELECT json_group_array(hex(zeroblob(1000000))) AS x FROM json_each('[1,2,3,4,5,6,7,8,9,10]')",
    "SELECT json_extract(hex(zeroblob(1000)), '$') AS x",
    "SELECT json(replace(hex(zeroblob(5000)), '00', '[')) AS x",
    "SELECT zeroblob(9000000) || zeroblob(9000000) AS x",
];

const DEADLINE: Duration = Duration::from_millis(300);
/// Three times the deadline and a second.
const STOPPED: Duration = Duration::from_millis(3 * 1300);

fn hurried(number: usize, mut tool: SqlTool) -> SqlTool {
    tool.tool = Tool {
        name: format!("run_{number}"),
        policy: Policy {
            deadline: DEADLINE,
            ..Policy::default()
        },
        ..tool.tool
    };
    tool
}

async fn calls(server: &TestServer, number: usize) -> String {
    let name = format!("run_{number}");
    let call = server.call(&name, json!({}));
    let reply = timeout(STOPPED, call).await.unwrap();
    assert!(reply.is_error(), "{name}: {}", reply.text());
    reply.text()
}

/// More calls than there are connections answer at once: every connection is idle again.
async fn is_idle(server: &TestServer) {
    let quick = (0..40).map(|_| server.call("quick", json!({})));
    let replies = timeout(STOPPED, futures_util::future::join_all(quick)).await;
    for reply in replies.unwrap() {
        assert!(!reply.is_error(), "{}", reply.text());
    }
}

fn quick(effect: Effect, sql: &str) -> SqlTool {
    let mut quick = writing(effect, sql);
    quick.tool.name = "quick".to_owned();
    quick
}

/// #48: a read ends at its deadline, and its connection with it.
#[tokio::test(flavor = "multi_thread")]
async fn case_48_long_reads_end_at_the_deadline() {
    let house = House::with(SHOP);
    let tools = LONG
        .iter()
        .enumerate()
        .map(|(number, sql)| hurried(number, reading(Statement::one(&format!("{NUMBERS} {sql}")))));
    let tools = tools.chain([quick(Effect::Read, "SELECT 1 AS x")]);
    let server = house.serve(tools.collect::<Vec<_>>());
    for (number, sql) in LONG.iter().enumerate() {
        let told = calls(&server, number).await;
        assert!(told.contains("took too long"), "{sql}: {told}");
    }
    is_idle(&server).await;
}

/// #48: so does a write, and nothing of it stays.
#[tokio::test(flavor = "multi_thread")]
async fn case_48_long_writes_end_at_the_deadline() {
    let house = House::with(SHOP);
    let tools = LONG.iter().enumerate().map(|(number, sql)| {
        let sql = format!("INSERT INTO counted (text) {NUMBERS} {sql}");
        hurried(number, writing(Effect::Write, &sql))
    });
    let quick = quick(Effect::Write, "UPDATE orders SET status = status WHERE 0");
    let server = house.serve(tools.chain([quick]).collect::<Vec<_>>());
    for (number, sql) in LONG.iter().enumerate() {
        let told = calls(&server, number).await;
        assert!(told.contains("took too long"), "{sql}: {told}");
    }
    is_idle(&server).await;
    assert_eq!(house.number("SELECT count(*) FROM counted"), 1);
}

/// #48: a value is refused before it is made, and memory has an end.
#[tokio::test(flavor = "multi_thread")]
async fn case_48_large_values_are_refused_and_memory_is_bounded() {
    let house = House::with(SHOP);
    let wide: Vec<String> = (0..150)
        .map(|n| format!("hex(zeroblob(7000000 + {n})) AS c{n}"))
        .collect();
    let wide = format!("SELECT {}", wide.join(", "));
    let sorted = "SELECT value AS x, hex(zeroblob(7000000)) AS y FROM json_each('[1' || replace(hex(zeroblob(100)), '0', ',1') || ']') ORDER BY y, x";
    let mut all = LARGE.to_vec();
    all.extend([wide.as_str(), sorted]);
    let tools = all.iter().enumerate().map(|(number, sql)| {
        let mut tool = reading(Statement::one(sql));
        tool.tool.name = format!("run_{number}");
        tool
    });
    let tools = tools.chain([quick(Effect::Read, "SELECT 1 AS x")]);
    let server = house.serve(tools.collect::<Vec<_>>());
    for (number, sql) in all.iter().enumerate() {
        let reply = server.call(&format!("run_{number}"), json!({})).await;
        assert!(reply.is_error(), "{sql:.80}: {:.200}", reply.text());
    }
    is_idle(&server).await;
    #[cfg(target_os = "linux")]
    {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(kilobytes < 1_000_000, "{kilobytes} kB");
    }
}

/// #48: what is cut says so, and what is not cut does not.
#[tokio::test]
async fn case_48_truncated_is_honest() {
    let house = House::with(SHOP);
    for (rows, is_cut) in [
        (0, false),
        (4999, false),
        (5000, false),
        (5001, true),
        (50_000, true),
    ] {
        let sql = format!("{NUMBERS} SELECT i FROM n LIMIT {rows}");
        for statement in [Statement::many(&sql), Statement::table(&sql)] {
            let rules = tollhouse_core::Rules {
                tokens: tollhouse_core::Shape::TOKENS_MAX,
                ..tollhouse_core::Rules::default()
            };
            let server = house.serve_by(rules, vec![reading(statement)]);
            let reply = server.call("run", json!({})).await;
            let result = &reply.result()["structuredContent"];
            assert_eq!(result["truncated"], is_cut, "{rows}");
            assert_eq!(result["rows"].as_array().unwrap().len(), rows.min(5000));
            assert_eq!(result["note"].is_string(), is_cut);
        }
    }
}

/// One step that takes seconds, in which the database looks at nothing.
const STEP: &str =
    "SELECT length(trim(hex(zeroblob(500000)), replace(hex(zeroblob(150)), '0', 'x') || '0')) AS x";

/// #48: a step that cannot be stopped is answered at the deadline as well, and its connection is not missed.
#[tokio::test(flavor = "multi_thread")]
async fn case_48_steps_that_cannot_be_stopped_end_at_the_deadline_for_their_callers() {
    let house = House::with(SHOP);
    let tools = (0..4).map(|number| hurried(number, reading(Statement::one(STEP))));
    let server = house.serve(
        tools
            .chain([quick(Effect::Read, "SELECT 1 AS x")])
            .collect::<Vec<_>>(),
    );
    let steps = (0..4).map(|number| calls(&server, number));
    for told in futures_util::future::join_all(steps).await {
        assert!(told.contains("took too long"), "{told}");
    }
    is_idle(&server).await;
}
