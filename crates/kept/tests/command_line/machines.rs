//! Servers on several machines, as far as one can play several: each has a data folder of its own,
//! and nothing but the database, the keyring's database and the bucket in common. It looks from
//! outside, at processes.

use super::standing_by::{Running, keep_storing, support};
use super::{House, ask};
use kept_testing::bucket::ObjectServer;
use kept_testing::cluster::Cluster;
use std::process::Command;
use std::time::Duration;

/// What all servers of a house are told.
struct Elsewhere {
    database: Cluster,
    words: Vec<String>,
}

impl Elsewhere {
    fn new(house: &House) -> Elsewhere {
        let secret = house.path("bucket.secret");
        std::fs::write(&secret, "geheim").unwrap();
        let (database, store) = (Cluster::new(), ObjectServer::shared());
        let bucket = format!("machines-{}", std::process::id());
        store.make_bucket(&bucket);
        // The way there is open for as long as the test's process lives.
        let gate = Box::leak(Box::new(store.gate()));
        let words = [
            ["--store".to_owned(), database.address()],
            ["--keyring".to_owned(), database.database()],
            ["--ledger-in".to_owned(), "database".to_owned()],
            ["--blobs".to_owned(), format!("s3://{bucket}/files")],
            ["--blobs-endpoint".to_owned(), gate.address()],
            ["--blobs-region".to_owned(), "us-east-1".to_owned()],
            ["--blobs-access-key".to_owned(), "kept".to_owned()],
            [
                "--blobs-secret-file".to_owned(),
                secret.display().to_string(),
            ],
        ];
        Elsewhere {
            database,
            words: words.concat(),
        }
    }

    fn more(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// A server with a folder of its own.
    fn serve(&self, house: &House, data: &str) -> Command {
        let own = ["serve", "--listen", "127.0.0.1:0", "--shared"];
        let place = ["--data", data, "--root-key", "kept-data/root.key"];
        house.command(&[&own, &place, &self.more()[..]].concat())
    }

    /// Waits until a server leads that is not the one of before; which one it is.
    fn leads_after(&self, before: &str) -> String {
        loop {
            let sql = "SELECT member FROM kept.turn WHERE name = 'lead'";
            let leads = self.database.said(sql);
            if !leads.is_empty() && leads != before {
                return leads;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Both are asked all the time, and the one that leads is killed in the middle.
#[test]
fn of_servers_on_machines_whichever_is_killed_another_leads_and_nothing_is_lost() {
    let house = House::new();
    let elsewhere = Elsewhere::new(&house);
    let more = elsewhere.more();
    // One command opens the house after the other.
    let token = support(&house, &more);
    let mut first = Running::of(elsewhere.serve(&house, "kept-data"));
    let leading = first.address();
    let leader = elsewhere.leads_after("");
    let mut second = Running::of(elsewhere.serve(&house, "other-data"));
    let following = second.address();
    let (stored, kept) = std::thread::scope(|scope| {
        let (token, leading, following) = (&token, &leading, &following);
        let dying = ["x", "y"]
            .map(|name| scope.spawn(move || keep_storing(leading, token, name, usize::MAX)));
        let living =
            ["a", "b"].map(|name| scope.spawn(move || keep_storing(following, token, name, 30)));
        let early = keep_storing(following, token, "early", 10);
        first.kill();
        let living = living.into_iter().flat_map(|it| it.join().unwrap());
        let mut kept: Vec<String> = living.collect();
        kept.extend(early);
        let dying = dying.into_iter().flat_map(|it| it.join().unwrap());
        (dying.collect::<Vec<_>>(), kept)
    });
    assert!(!stored.is_empty());
    assert_eq!(kept.len(), 70, "the other one never stopped");
    assert_ne!(elsewhere.leads_after(&leader), leader);
    for person in stored.iter().chain(&kept) {
        let answer = ask(&following, &token, person);
        assert!(answer.contains("Ada Byron"), "{answer}");
    }
    // Whoever was killed comes back where it was, or anywhere.
    let mut third = Running::of(elsewhere.serve(&house, "third-data"));
    let joined = third.address();
    assert!(ask(&joined, &token, &kept[0]).contains("Ada Byron"));
    second.kill();
    third.stop();
    let ended = house.kept(&[&["audit"], &more[..]].concat()).done();
    assert!(ended.out.contains("sound"), "{}", ended.out);
}
