//! That acts ask only the nodes of their people: from the database's own plans.

use super::super::schema::SPREAD;
use super::*;

/// Every look at a table in a plan: the table, and what it is looked up by.
fn looks(node: &serde_json::Value, found: &mut Vec<(String, String)>) {
    if let Some(table) = node["Relation Name"].as_str()
        && node["Node Type"]
            .as_str()
            .is_some_and(|kind| kind.contains("Scan"))
    {
        let by = node["Index Cond"]
            .as_str()
            .or(node["Recheck Cond"].as_str());
        found.push((table.to_owned(), by.unwrap_or_default().to_owned()));
    }
    let parts = node.as_object().into_iter().flat_map(|it| it.values());
    for part in parts {
        match part {
            serde_json::Value::Array(parts) => parts.iter().for_each(|it| looks(it, found)),
            serde_json::Value::Object(_) => looks(part, found),
            _ => {}
        }
    }
}

/// The tables that a statement looks at without naming the key they are spread by.
async fn blind(client: &tokio_postgres::Client, sql: Sql) -> Vec<String> {
    let values = client.prepare(sql.text()).await.unwrap().params().len();
    let name = format!("plan_{}", sql as usize);
    let prepare = format!("PREPARE {name} AS {}", sql.text());
    client.batch_execute(&prepare).await.unwrap();
    let given = match values {
        0 => String::new(),
        _ => format!("({})", vec!["NULL"; values].join(", ")),
    };
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE {name}{given}");
    let told = client.simple_query(&explain).await.unwrap();
    let told: String = told
        .iter()
        .filter_map(|it| match it {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    let plan: serde_json::Value = serde_json::from_str(&told).unwrap();
    looks(&plan[0]["Plan"], &mut found);
    let key = |table: &str| SPREAD.iter().find(|it| it.table == table).unwrap().by;
    let is_blind = |(table, by): &(String, String)| {
        key(table).is_some_and(|key| !by.contains(&format!("{key} = ")))
    };
    found.retain(is_blind);
    found
        .into_iter()
        .map(|(table, by)| format!("{table} by `{by}`"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_of_acts_name_the_key_they_go_by() {
    let store = open("spread").await;
    let client = store.maker.bare().await.unwrap();
    client
        .batch_execute("SET plan_cache_mode TO force_generic_plan")
        .await
        .unwrap();
    let mut findings = Vec::new();
    for sql in statements::ALL {
        let blind = blind(&client, *sql).await;
        match (sql.why_it_fans_out(), blind.is_empty()) {
            (None, false) => findings.push(format!("{sql:?} looks at {}", blind.join(", "))),
            // Two of these name both of their nodes.
            (Some(_), true) if !matches!(sql, Sql::Find | Sql::Owners) => {
                findings.push(format!("{sql:?} asks no more than one node"));
            }
            (None, true) | (Some(_), _) => {}
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    // And what is put is put by its key.
    for sql in statements::ALL {
        for table in SPREAD {
            let insert = format!("INSERT INTO {} (", table.table);
            if let (Some(key), Some((_, columns))) = (table.by, sql.text().split_once(&insert)) {
                let columns = columns.split(')').next().unwrap();
                assert!(
                    columns.split(", ").any(|it| it == key),
                    "{sql:?}: {columns}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_can_be_spread_by_its_key() {
    let store = open("keys").await;
    let client = store.maker.bare().await.unwrap();
    let keys = "SELECT tablename::text, indexdef FROM pg_indexes
        WHERE schemaname = 'keys' AND indexdef LIKE 'CREATE UNIQUE%' AND tablename <> 'format'";
    let rows = client.query(keys, &[]).await.unwrap();
    let mut tables = BTreeSet::new();
    for row in rows {
        let (table, index): (String, String) = (row.get(0), row.get(1));
        let spread = SPREAD
            .iter()
            .find(|it| it.table == table)
            .expect("a table is not spread");
        let columns = index.rsplit('(').next().unwrap().trim_end_matches(')');
        if let Some(key) = spread.by {
            assert!(columns.split(", ").any(|it| it == key), "{index}");
        }
        tables.insert(table);
    }
    assert_eq!(tables.len(), SPREAD.len());
    let plan = plan("kept");
    assert_eq!(plan.statements.len(), SPREAD.len());
    assert!(plan.statements.iter().any(|it| {
        it == "SELECT create_distributed_table('kept.item', 'person', \
               colocate_with => 'kept.person');"
    }));
    assert!(plan.fan_out.iter().any(|(name, _)| name == "DueItems"));
}
