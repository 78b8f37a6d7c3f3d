//! A keyring in a database of its own: a house begins with it, is backed up, and goes to a file
//! and back by its backup. No message repeats an address.

use super::{Ended, House};
use kept_testing::cluster::Cluster;

fn kept(house: &House, words: &[&str]) -> Ended {
    let ended = house.kept(words);
    let said = format!("{}{}", ended.out, ended.err);
    assert!(!said.contains("other_"), "an address is shown: {said}");
    ended
}

#[test]
fn a_house_with_its_keyring_in_a_database_goes_to_a_file_and_back_by_its_backup() {
    let house = House::new();
    let (one, other) = (Cluster::shared().database(), Cluster::shared().database());
    let begin = ["token", "create", "--administrator", "--keyring", &one];
    kept(&house, &begin).done();
    assert!(!house.path("kept-data/keyring.db").exists());
    kept(&house, &["audit"]).ends(1, &["is in a database: name that with --keyring"]);
    kept(&house, &["rotate", "--keyring", &one]).done();
    kept(&house, &["backup", "--to", "backups", "--keyring", &one]).done();
    let key = ["--root-key", "kept-data/root.key"];
    let restore = ["restore", "--from", "backups", "--data", "in-a-file"];
    kept(&house, &[&restore[..], &key].concat()).done();
    let audit = ["audit", "--data", "in-a-file"];
    kept(&house, &[&audit[..], &key].concat()).ends(0, &["sound"]);

    let restore = [
        "restore",
        "--from",
        "backups",
        "--data",
        "back",
        "--keyring",
        &other,
    ];
    kept(&house, &[&restore[..], &key].concat()).done();
    let audit = ["audit", "--data", "back", "--keyring", &other];
    kept(&house, &[&audit[..], &key].concat()).ends(0, &["sound"]);
    let missing = one.replace("other_", "no_other_");
    kept(&house, &["audit", "--keyring", &missing]).ends(1, &["there is no such database"]);
}
