//! Several servers on one folder and one database: what one changes holds in the others with their
//! next act, and nothing is lost or doubled between them.

use super::*;
use kept_processing::{Administration, Evidence, NewToken, Published, Use};
use kept_terms::Right;
use kept_testing::Dial;
use std::collections::BTreeMap;
use tokio::task::JoinSet;

/// A server with a clock and chance of its own.
async fn beside(path: &Path, schema: &str, time: &str) -> Arc<Door> {
    let folder = folder(path, schema).shared();
    static OPENED: AtomicU64 = AtomicU64::new(1 << 32);
    let dice = Dice::seeded(OPENED.fetch_add(1, Ordering::Relaxed));
    let clock = Arc::new(Dial::at(time));
    let opened = folder.open(POLICY.clone(), clock, Arc::new(dice)).await;
    Arc::new(opened.unwrap())
}

pub(super) async fn leads(door: &Door) -> bool {
    door.leading().await.unwrap().is_some()
}

pub(super) const NOON: &str = "2026-11-23T12:00:00Z";

pub(super) fn record(email: &str) -> Command {
    let given = |text: &str| Given::Text(text.to_owned());
    Command::Collect(Collect {
        values: vec![
            ("name".to_owned(), given("Ada Byron")),
            ("email".to_owned(), given(email)),
        ],
        country: "US".parse().ok(),
        ..Collect::through("website-form")
    })
}

pub(super) async fn stored(door: &Door, email: &str) -> PersonId {
    let performed = door.perform(&staff(), &record(email)).await.unwrap();
    match performed.outcome {
        Ok(Effect::Stored { person, .. }) => person,
        _ => panic!("not stored"),
    }
}

pub(super) fn reading(person: PersonId) -> Command {
    Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["email".to_owned()],
    })
}

/// What is read of somebody; a failure where they are not there.
pub(super) async fn read(door: &Door, person: PersonId) -> Result<usize, Failure> {
    match door.perform(&staff(), &reading(person)).await?.outcome {
        Ok(Effect::Values(values)) => Ok(values.len()),
        Ok(_) => panic!("no values"),
        Err(refusal) => panic!("refused: {:?}", refusal.grounds),
    }
}

/// The policy under a later date.
fn later() -> (Arc<Policy>, Vec<(String, String)>) {
    version(2, &|text| text)
}

/// The policy of a day, otherwise worded.
fn version(day: u32, worded: &dyn Fn(String) -> String) -> (Arc<Policy>, Vec<(String, String)>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let on = |of: &str| format!("revised    = {of}-{day:02}");
        let text = text.replace("revised    = 2018-05-01", &on("2018-05"));
        let text = worded(text.replace("revised    = 2026-07-01", &on("2026-07")));
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, format!("{text}\n<!-- narrative -->\nThe end.\n"))
    });
    let files: Vec<(String, String)> = files.collect();
    let sources: Vec<Source> = files
        .iter()
        .map(|(name, text)| Source::new(name.clone(), text.clone()))
        .collect();
    (Arc::new(compile(&sources).0.unwrap()), files)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_server_changes_holds_in_the_other_with_its_next_act() {
    let place = tempfile::tempdir().unwrap();
    let one = beside(place.path(), "beside", NOON).await;
    let other = beside(place.path(), "beside", NOON).await;
    // What one stores the other reads, although it has never met where it comes from.
    let ada = stored(&one, "ada@example.com").await;
    assert_eq!(read(&other, ada).await.unwrap(), 1);
    let max = stored(&other, "max@example.com").await;
    assert_eq!(read(&one, max).await.unwrap(), 1);
    assert_eq!(
        stored(&one, "MAX@example.com").await,
        max,
        "one address, one person"
    );
    // A token that one revokes the other turns away.
    let new = NewToken {
        kind: ActorKind::Staff,
        role: Some("support".to_owned()),
        purposes: None,
        home: None,
        expires: "2027-11-23T12:00:00Z".parse().unwrap(),
    };
    let (secret, token) = one.draw_token(new).unwrap();
    let id = token.id.clone();
    let grant = Command::Administer(Administration::Grant {
        secret: secret.clone(),
        token,
    });
    let system = Caller::system("admin");
    one.perform(&system, &grant).await.unwrap().outcome.unwrap();
    assert!(other.authenticate(&secret).await.unwrap().is_some());
    let revoke = Command::Administer(Administration::Revoke { id });
    one.perform(&system, &revoke)
        .await
        .unwrap()
        .outcome
        .unwrap();
    assert!(other.authenticate(&secret).await.unwrap().is_none());
    // A version that one publishes the other decides by.
    let (policy, files) = later();
    let before = other.policy().digest;
    let published = one.publish(&system, policy.clone(), files).await.unwrap();
    assert_eq!(published, Published::InForce);
    assert_eq!(other.policy().digest, before, "nothing has told it yet");
    let performed = other.perform(&staff(), &reading(ada)).await.unwrap();
    assert_eq!(performed.policy, policy.digest);
    let entry = performed.entry.unwrap();
    other.sequence().await.unwrap();
    let entry = String::from_utf8(other.entry(entry).unwrap().unwrap()).unwrap();
    let digest = policy.digest.to_string()[..32].to_owned();
    assert!(entry.contains(&digest), "{entry}");
    // Whoever one erases the other neither reads nor finds, nor has a key of.
    let erase = Command::Erase { person: ada };
    one.perform(&Caller::person(), &erase)
        .await
        .unwrap()
        .outcome
        .unwrap();
    assert_eq!(
        read(&other, ada).await.err(),
        Some(Failure::NotFound("person"))
    );
    assert_ne!(stored(&other, "ada@example.com").await, ada);
    // Both have one ledger, whoever takes the entries into it.
    let size = one.sequence().await.unwrap();
    assert_eq!(other.sequence().await.unwrap(), size);
    assert_eq!(one.checkpoint().unwrap(), other.checkpoint().unwrap());
    let (first, second) = (one.audit(&mut |_| {}).await, other.audit(&mut |_| {}).await);
    assert_eq!(first.unwrap().people, 2);
    assert_eq!(second.unwrap().people, 2);
    // What needs the folder alone is not done.
    let rotated = other.rotate(&system, &mut |_, _| ()).await;
    assert!(matches!(rotated, Err(Failure::Conflict(_))));
    let alone = told(&folder(place.path(), "beside")).await;
    assert!(
        alone.contains("another server is using this data folder"),
        "{alone}"
    );
    // Nor does anybody join from another machine, even where the lock of the folder reaches it.
    let opened = place.path().join("database.open");
    let text = std::fs::read_to_string(&opened).unwrap();
    let elsewhere: Vec<&str> = text
        .lines()
        .take(2)
        .chain(["another-machine 1:1"])
        .collect();
    std::fs::write(&opened, elsewhere.join("\n")).unwrap();
    let told_apart = told(&folder(place.path(), "beside").shared()).await;
    assert!(
        told_apart.contains("run on another machine"),
        "{told_apart}"
    );
    std::fs::write(&opened, text).unwrap();
    // One leads, and when it is gone the other does.
    assert!(leads(&one).await && !leads(&other).await);
    drop(one);
    assert!(leads(&other).await);
    assert_eq!(read(&other, max).await.unwrap(), 1);
    drop(other);
    let alone = open(&folder(place.path(), "beside")).await.unwrap();
    assert_eq!(alone.audit(&mut |_| {}).await.unwrap().people, 2);
}

/// What came of a task: the entries of its acts, with how many people it made.
type Told = (Vec<u64>, u64);

async fn busy(door: Arc<Door>, task: u64) -> Told {
    let (mut entries, mut people) = (Vec::new(), 0);
    for turn in 0..14_u64 {
        // Four addresses for everybody, so that they meet; and one of their own each turn.
        let shared = format!("p{}@example.com", (task + turn) % 4);
        let own = format!("t{task}-{turn}@example.com");
        for email in [shared, own] {
            let performed = door.perform(&staff(), &record(&email)).await.unwrap();
            entries.push(performed.entry.unwrap());
            let Ok(Effect::Stored { person, new, .. }) = performed.outcome else {
                panic!("not stored")
            };
            people += u64::from(new);
            let told = door.perform(&staff(), &reading(person)).await;
            match told {
                Ok(read) => entries.push(read.entry.unwrap()),
                Err(Failure::NotFound(_)) => {}
                Err(other) => panic!("{other}"),
            }
            if turn % 5 == task % 5 {
                let erase = Command::Erase { person };
                match door.perform(&Caller::person(), &erase).await {
                    Ok(erased) => entries.push(erased.entry.unwrap()),
                    Err(Failure::NotFound(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
        if turn % 3 == 0 {
            door.sequence().await.unwrap();
        }
    }
    (entries, people)
}

/// Two at once, whose clocks differ by an hour, on the same people; each takes entries into the
/// ledger and sweeps whenever it likes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_under_load_lose_and_double_nothing_and_have_one_ledger() {
    let place = tempfile::tempdir().unwrap();
    let one = beside(place.path(), "load", NOON).await;
    let other = beside(place.path(), "load", "2026-11-23T13:00:00Z").await;
    let mut tasks = JoinSet::new();
    for task in 0..6 {
        let door = [&one, &other][usize::try_from(task % 2).unwrap()];
        tasks.spawn(busy(Arc::clone(door), task));
    }
    for door in [&one, &other] {
        let door = Arc::clone(door);
        tasks.spawn(async move {
            for _ in 0..4 {
                match door.sweep(None).await {
                    Ok(_) | Err(Failure::Conflict(_)) => {}
                    Err(failure) => panic!("{failure}"),
                }
            }
            (Vec::new(), 0)
        });
    }
    let (mut entries, mut made) = (Vec::new(), 0);
    while let Some(done) = tasks.join_next().await {
        let (of, people) = done.unwrap();
        entries.extend(of);
        made += people;
    }
    let size = one.sequence().await.unwrap();
    assert_eq!(other.sequence().await.unwrap(), size);
    let mut acts = BTreeMap::new();
    for index in &entries {
        assert!(
            acts.insert(*index, ()).is_none(),
            "entry {index} is two acts'"
        );
        assert!(*index < size);
    }
    let count = |what: &str| {
        let entry = |index| String::from_utf8(one.entry(index).unwrap().unwrap()).unwrap();
        (0..size)
            .filter(|index| entry(*index).contains(what))
            .count() as u64
    };
    let erased = count("\"act\":\"erase\"");
    for door in [&one, &other] {
        let audited = door.audit(&mut |_| {}).await.unwrap();
        assert_eq!(audited.people, made - erased);
    }
    drop((one, other));
    let alone = open(&folder(place.path(), "load")).await.unwrap();
    let right = Right::Access;
    let export = Command::Export {
        person: stored(&alone, "p1@example.com").await,
        right,
    };
    alone
        .perform(&Caller::person(), &export)
        .await
        .unwrap()
        .outcome
        .unwrap();
    alone.audit(&mut |_| {}).await.unwrap();
}

/// A version closes the way to a recipient, and another follows it. Whoever still knows the former
/// tells nobody by it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recipients_are_not_told_by_a_version_that_another_server_replaced() {
    let place = tempfile::tempdir().unwrap();
    let one = beside(place.path(), "lapsing", NOON).await;
    let other = beside(place.path(), "lapsing", NOON).await;
    let (system, until) = (Caller::system("admin"), "2027-03-31".to_owned());
    let recipient = "crm-cloud".to_owned();
    for evidence in [
        Evidence::Undertaking {
            recipient: recipient.clone(),
            protection: "processing-agreement".to_owned(),
            until: until.clone(),
        },
        Evidence::Assurance {
            recipient: Some(recipient.clone()),
            assurance: "soc-2".to_owned(),
            until,
        },
    ] {
        let attested = one.perform(&system, &Command::Attest(evidence)).await;
        attested.unwrap().outcome.unwrap();
    }
    let ada = stored(&one, "ada@example.com").await;
    let disclosure = Command::Disclose {
        person: ada,
        recipient,
        purpose: "answer-you".to_owned(),
        fields: vec!["name".to_owned()],
        compelled: false,
    };
    let sales = Caller {
        role: Some("sales".to_owned()),
        ..staff()
    };
    let told = one.perform(&sales, &disclosure).await.unwrap();
    assert!(told.outcome.is_ok());
    let closed = |text: String| {
        let way = "\"country\"]\nfor        = [\"answer-you\", \"provide-what-you-ask\", \
                   \"keep-up-to-date\", \"client-contract\"]\nprotection";
        text.replacen(way, &way.replace("\"answer-you\", ", ""), 1)
    };
    let (policy, files) = version(2, &closed);
    let published = one.publish(&system, policy.clone(), files).await.unwrap();
    assert_eq!(published, Published::InForce);
    other.keep_up().await.unwrap();
    assert_eq!(other.policy().digest, policy.digest);
    let (policy, files) = version(3, &closed);
    let published = one.publish(&system, policy.clone(), files).await.unwrap();
    assert_eq!(published, Published::InForce);
    let before = one.sequence().await.unwrap();
    assert_eq!(other.tell_of_lapses().await.unwrap(), 0);
    assert_eq!(other.policy().digest, policy.digest, "it has caught up");
    assert_eq!(
        one.sequence().await.unwrap(),
        before,
        "nothing is on record"
    );
    assert_eq!(other.tell_of_lapses().await.unwrap(), 1);
    one.sequence().await.unwrap();
    let told = one.entry(before).unwrap().unwrap();
    let digest = policy.digest.to_string()[..32].to_owned();
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains(&digest), "{told}");
    assert_eq!(one.tell_of_lapses().await.unwrap(), 0, "once");
}

/// One is years ahead and sweeps people while the other stores them. Whatever the other
/// acknowledged opens, or is gone as a whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_server_sweeps_meanwhile_is_gone_whole_or_opens() {
    let place = tempfile::tempdir().unwrap();
    let other = beside(place.path(), "sealing", NOON).await;
    let one = beside(place.path(), "sealing", "2029-11-24T12:00:00Z").await;
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let door = other.clone();
        tasks.spawn(async move {
            let mut people = Vec::new();
            for turn in 0..12 {
                people.push(stored(&door, &format!("t{task}-{turn}@example.com")).await);
            }
            people
        });
    }
    let (mut people, mut destroyed) = (Vec::new(), 0);
    while people.len() < 48 {
        let today = Some(kept_terms::Day::of(one.now()));
        destroyed += match one.sweep(today).await {
            Ok(swept) => swept.items,
            // The other met where something comes from, which all of them remember.
            Err(Failure::Conflict(_)) => 0,
            Err(failure) => panic!("{failure}"),
        };
        while let Some(done) = tasks.try_join_next() {
            people.extend(done.unwrap());
        }
    }
    assert!(destroyed > 0, "nothing was destroyed meanwhile");
    for person in people {
        match read(&other, person).await {
            Ok(_) | Err(Failure::NotFound(_)) => {}
            Err(failure) => panic!("sealed under a key that is gone: {failure}"),
        }
    }
    other.sequence().await.unwrap();
    other.audit(&mut |_| {}).await.unwrap();
    one.keep_up().await.unwrap();
    one.sweep(None).await.unwrap();
    assert_eq!(one.audit(&mut |_| {}).await.unwrap().people, 0);
}
