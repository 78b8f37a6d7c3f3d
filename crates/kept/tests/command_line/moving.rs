//! `kept move` from outside: killed in the middle, it goes on, and the house is whole.

use super::House;
use kept_testing::cluster::Cluster;
use std::process::Stdio;
use std::time::Duration;

#[test]
fn a_move_that_is_killed_goes_on_and_is_done_once() {
    let house = House::new();
    house.kept(&["token", "create", "--administrator"]).done();
    let contacts = house.sample("contacts.csv");
    house
        .kept(&["collect", &contacts, "--channel", "client-contract"])
        .done();
    let before = house.kept(&["audit", "--json"]).done().json();
    let database = Cluster::new();
    let address = database.address();
    let to_database = ["move", "--to", "database", "--store", &address];
    let mut moving = house.command(&to_database);
    let mut moving = moving
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Killed as soon as it has said that rows are on their way; it may also be further, or done.
    let marker = house.path("kept-data/moving");
    while !marker.exists() && moving.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    moving.kill().unwrap();
    moving.wait().unwrap();
    if marker.exists() {
        house.kept(&["audit"]).ends(1, &["kept move --to database"]);
        let there = ["audit", "--store", &address];
        house.kept(&there).ends(1, &["kept move --to database"]);
        let moved = house.kept(&to_database).done();
        assert!(
            moved.out.contains("both sides came to the same"),
            "{}",
            moved.out
        );
    }
    house.kept(&["audit"]).ends(1, &["name the database"]);
    let after = house.kept(&["audit", "--json", "--store", &address]).done();
    assert_eq!(after.json()["people"], before["people"]);
    assert_eq!(after.json()["items"], before["items"]);
    // The ledger goes there as well, is verified there, and comes back.
    let moved = ["move", "--ledger-to", "database", "--store", &address];
    house.kept(&moved).done();
    house
        .kept(&["audit", "--store", &address])
        .ends(1, &["set `ledger-in` to `database`"]);
    let beside = ["audit", "--ledger-in", "database", "--store", &address];
    house.kept(&beside).done();
    let key = house.path("kept-data/ledger.moved/vkey");
    let verified = [
        "verify", "--ledger", "database", "--store", &address, "--key",
    ];
    let verified = [&verified[..], &[key.to_str().unwrap()]].concat();
    let verified = house.kept(&verified).done();
    assert!(verified.out.starts_with("sound"), "{}", verified.out);
    house
        .kept(&["audit", "--ledger-in", "database"])
        .ends(1, &["name it with `store`"]);
    let moved = ["move", "--ledger-to", "folder", "--store", &address];
    house.kept(&moved).done();
    let back = ["move", "--to", "folder", "--store", &address, "--json"];
    let moved = house.kept(&back).done();
    assert_eq!(moved.json()["people"], before["people"]);
    house
        .kept(&["audit", "--store", &address])
        .ends(1, &["name no database"]);
    house.kept(&["audit"]).done();
}
