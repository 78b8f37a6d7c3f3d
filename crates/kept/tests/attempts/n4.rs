//! N4: changes are posted on the page and told to the people they concern, each once, and as long
//! before as the policy says.

use crate::house::{House, staff};
use crate::n1::{draft, in_force};
use kept_processing::{CHANGE_TEMPLATE, Caller, Command, Published};
use serde_json::json;

const CLAUSE: &str = "north-america#notify.changes";
const REVISED: (&str, &str) = ("revised    = 2018-05-01", "revised    = 2026-11-23");
const LONGER: (&str, &str) = ("period = \"P90D\"", "period = \"P120D\"");
/// To the modelled policy, what is told of a purpose concerns whoever has something held for it.
const OPT_IN: (&str, &str) = ("choice = \"opt-out\"", "choice = \"opt-in\"");

fn system() -> Caller {
    Caller::system("publish")
}

/// The policy of a folder, and its files.
pub fn compiled(path: &str) -> (std::sync::Arc<kept_policy::Policy>, Vec<(String, String)>) {
    let folder = std::fs::read_dir(path).unwrap();
    let mut files: Vec<(String, String)> = folder
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    let source =
        |(name, text): &(String, String)| kept_policy::Source::new(name.clone(), text.clone());
    let sources: Vec<_> = files.iter().map(source).collect();
    (kept_policy::compile(&sources).0.unwrap().into(), files)
}

#[tokio::test]
async fn what_matters_to_people_does_not_take_effect_before_they_are_told() {
    let mut house = House::new().await;
    in_force(&mut house);
    let soon = ("effective  = 2018-05-01", "effective  = 2026-12-22");
    for changes in [&[REVISED, LONGER][..], &[REVISED, LONGER, soon]] {
        let draft = draft(house.folder.path(), changes);
        house.reopen().await;
        let (policy, files) = compiled(&draft);
        let before = house.entries().await;
        let tried = house.door().publish(&system(), policy, files).await;
        assert!(matches!(tried.unwrap(), Published::Refused(_)));
        house.recorded(before, CLAUSE, "too-soon").await;
        house
            .kept(&["publish", &draft, "--in-force"])
            .refused(CLAUSE);
        house.kept(&["simulate", &draft]).refused(CLAUSE);
    }
    house.reopen().await;
    assert_eq!(house.door().versions().await.unwrap().len(), 1);
    assert!(house.door().announcements().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_version_to_come_is_announced_and_told_once_to_whom_it_concerns() {
    let mut house = House::new().await;
    in_force(&mut house);
    house.reopen().await;
    let ada = house.person("ada@example.com").await;
    let gone = house.person("gone@example.com").await;
    let day = ("effective  = 2018-05-01", "effective  = 2027-01-01");
    let path = draft(house.folder.path(), &[REVISED, OPT_IN, day]);
    let (policy, files) = compiled(&path);
    let published = house.door().publish(&system(), policy, files).await;
    assert!(matches!(published.unwrap(), Published::From(_)));

    let page = house.get("/policy/north-america", "").await;
    assert!(
        page.text
            .contains("A new version takes effect on 1 January 2027")
    );
    let page = house.get("/policy/north-america/versions", "").await;
    for shown in ["announced", "only if you agree", "1 January 2027"] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }

    // Whoever is erased before their turn is not written to.
    let person = gone.parse().unwrap();
    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    while house.door().tell_of_changes().await.unwrap().is_some() {}
    let queue = house.door().outgoing(None, 100).await.unwrap();
    let told: Vec<String> = queue.iter().map(|it| it.person.to_string()).collect();
    assert_eq!(told, [ada]);
    assert_eq!(queue[0].template, CHANGE_TEMPLATE);
    // Neither a restart nor publishing again tells anybody twice.
    house.reopen().await;
    let (policy, files) = compiled(&path);
    let _ = house
        .door()
        .publish(&system(), policy, files)
        .await
        .unwrap();
    assert!(house.door().tell_of_changes().await.unwrap().is_none());
    assert_eq!(house.door().outgoing(None, 100).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_but_an_administrator_tries_a_draft_out_or_publishes_one() {
    let mut house = House::new().await;
    in_force(&mut house);
    house.reopen().await;
    let path = draft(house.folder.path(), &[REVISED]);
    let (policy, files) = compiled(&path);
    let support = house.token("staff", Some("support")).await;
    let files_of: Vec<_> = files
        .iter()
        .map(|(name, text)| json!({ "name": name, "text": text }))
        .collect();
    let body = json!({ "files": files_of });
    let tried = house.post("/v1/policy/simulate", &support, &body).await;
    tried.refused("north-america#secure", "not-administrator");
    let published = house
        .door()
        .publish(&staff("support"), policy, files)
        .await
        .unwrap();
    assert!(matches!(published, Published::Refused(_)));
    let administrator = house.token("administrator", None).await;
    let tried = house
        .post("/v1/policy/simulate", &administrator, &body)
        .await;
    assert_eq!(
        (tried.status, &tried.body["refused"]),
        (200, &json!([])),
        "{}",
        tried.text
    );
    assert_eq!(house.door().versions().await.unwrap().len(), 1);
}
