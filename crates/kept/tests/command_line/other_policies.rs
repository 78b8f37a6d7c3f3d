//! The policies of other organisations: nothing in the program is made for one policy alone.
//! Each is checked, begun, taken in under, read, explained, published, compared and audited.

use super::*;

impl House {
    /// Runs a command under another policy of the project.
    fn under(&self, policy: &str, words: &[&str], input: &str) -> Ended {
        let folder = root().join("policies").join(policy);
        let all = [words, &["--policy", folder.to_str().unwrap()]].concat();
        self.kept_told(&all, input)
    }
}

/// A policy, a record in CSV with its channel, and how somebody reads it.
struct Firm {
    policy: &'static str,
    channel: &'static str,
    record: &'static str,
    role: &'static str,
    purpose: &'static str,
    field: &'static str,
    value: &'static str,
    shown: &'static str,
}

const FIRMS: [Firm; 4] = [
    Firm {
        policy: "winding-river",
        channel: "donation-page",
        record: "full-name,email,amount,country\nAda Byron,ada@example.com,20,GB\n",
        role: "supporter-care",
        purpose: "process-gifts",
        field: "email",
        value: "ada@example.com",
        shown: "full-name: Ada Byron",
    },
    Firm {
        policy: "val-clair",
        channel: "comptoir",
        record: "nom,courriel,carte,adresse\nAda Byron,ada@example.com,C-1,12 rue Ici\n",
        role: "bibliothecaire",
        purpose: "prets",
        field: "courriel",
        value: "ada@example.com",
        shown: "nom: Ada Byron",
    },
    // Health stays in the field that is for it; faith is struck out there as well.
    Firm {
        policy: "whitethorn",
        channel: "consultation",
        record: "telephone,medical-record,country\n\
                 +353871234567,The patient has diabetes. She is a Catholic.,IE\n",
        role: "clinician",
        purpose: "treatment",
        field: "telephone",
        value: "+353871234567",
        shown: "medical-record: The patient has diabetes. [removed].",
    },
    Firm {
        policy: "kettle-row",
        channel: "checkout",
        record: "name,email,address,order,country\nAda Byron,ada@example.com,Rue 1,Teapot,US\n",
        role: "shop",
        purpose: "orders",
        field: "email",
        value: "ada@example.com",
        shown: "order: Teapot",
    },
];

#[test]
fn every_policy_of_the_project_is_sound_and_says_so_without_a_warning() {
    let house = House::new();
    let mut checked = 0;
    for entry in std::fs::read_dir(root().join("policies")).unwrap() {
        let path = entry.unwrap().path();
        let told = house.kept(&["check", "--strict", path.to_str().unwrap()]);
        told.ends(0, &["0 errors, 0 warnings"]);
        checked += 1;
    }
    assert!(checked > FIRMS.len());
}

#[test]
fn a_policy_of_anybody_is_begun_taken_in_under_read_and_audited() {
    for firm in &FIRMS {
        let house = House::new();
        let run = |words: &[&str], input: &str| house.under(firm.policy, words, input);
        // The first token begins the house.
        let token = run(&["token", "create", "--role", firm.role, "--json"], "").done();
        assert!(
            token.json()["secret"]
                .as_str()
                .unwrap()
                .starts_with("kept_")
        );
        std::fs::write(house.path("record.csv"), firm.record).unwrap();
        run(&["collect", "record.csv", "--channel", firm.channel], "")
            .ends(0, &["1 record stored"]);
        let reader = ["--role", firm.role, "--purpose", firm.purpose];
        let find = [&["person", "find", "--field", firm.field][..], &reader].concat();
        let found = run(&find, firm.value).done().out.trim().to_owned();
        let (field, _) = firm.shown.split_once(':').unwrap();
        let reading = [&["use", "--person", &found, "--fields", field][..], &reader].concat();
        run(&reading, "").ends(0, &[firm.shown]);
        let why = [&["explain", "use", "--fields", field][..], &reader].concat();
        run(&why, "").ends(0, &["`use` is permitted"]);
        run(&["standing"], "").ends(0, &["0 at risk, 0 broken"]);
        run(&["publish", "--out", "pages"], "").ends(0, &["wrote"]);
        run(
            &[
                "simulate",
                root().join("policies").join(firm.policy).to_str().unwrap(),
            ],
            "",
        )
        .ends(0, &["looked at: 1 of 1 person"]);
        for register in ["activities", "transfers", "recipients"] {
            run(&["export", register], "").done();
        }
        run(&["audit"], "").ends(0, &["sound: 1 person"]);
    }
}

#[test]
fn whoever_lives_in_a_part_of_a_country_is_under_the_document_of_the_part() {
    let house = House::new();
    let run = |words: &[&str]| house.under("kettle-row", words, "");
    run(&["token", "create", "--role", "shop"]).done();
    let head = "name,email,address,order,country\n";
    let rows = "Ada Byron,ada@example.com,Rue 1,Teapot,US-CA\n\
                Bo Byron,bo@example.com,Rue 2,Teapot,US\n\
                Cy Byron,cy@example.com,Rue 3,Teapot,US-CAL\n";
    std::fs::write(house.path("orders.csv"), format!("{head}{rows}")).unwrap();
    run(&["collect", "orders.csv", "--channel", "checkout"])
        .ends(0, &["2 records stored", "1 line rejected"]);
    let rejected = std::fs::read_to_string(house.path("orders.csv.rejected")).unwrap();
    assert!(
        rejected.contains("a part of one in ISO 3166-2"),
        "{rejected}"
    );
    let reader = ["--role", "shop", "--purpose", "orders"];
    for (email, shown) in [
        (
            "ada@example.com",
            ["\"country\":\"US-CA\"", "\"document\":\"california\""],
        ),
        (
            "bo@example.com",
            ["\"country\":\"US\"", "\"document\":\"customers\""],
        ),
    ] {
        let find = [&["person", "find", "--field", "email"][..], &reader].concat();
        let person = house.under("kettle-row", &find, email).done();
        let person = person.out.trim();
        run(&["person", "export", person, "--role", "privacy-desk"]).ends(0, &shown);
    }
    let ask = |place: &'static str| {
        let fields = ["--fields", "name", "--channel", "checkout", "--age", "15"];
        run(&[
            &["explain", "collect", "--role", "shop", "--country", place][..],
            &fields,
        ]
        .concat())
    };
    ask("US-CA").ends(2, &["california#refuse.children"]);
    ask("US-NY").ends(0, &["`collect` is permitted"]);
    ask("US").ends(0, &["`collect` is permitted"]);
    ask("US-ZZ").ends(1, &["is not a part of `US`"]);
    run(&["publish", "--out", "pages"]).ends(0, &["california.html"]);
}

#[test]
fn a_log_and_a_message_are_taken_in_under_the_names_of_the_policy() {
    let house = House::new();
    let text = std::fs::read_to_string(root().join("policies/val-clair/abonnes.md")).unwrap();
    let words = std::fs::read_to_string(root().join("policies/val-clair/mots.md")).unwrap();
    let folder = house.path("policy");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("mots.md"), words).unwrap();
    let more = "\nQuand vous lisez notre site, nous notons les pages sous un numéro.\n\n```toml\n\
        [define.channel.site]\nlabel = \"Site\"\nregion = \"CA\"\n\n\
        [define.channel.courrier]\nlabel = \"Courrier\"\nregion = \"CA\"\n\n\
        [define.field.pages]\nlabel = \"Pages\"\nkind = \"log\"\n\n\
        [define.field.question]\nlabel = \"Question\"\nkind = \"long-text\"\n\n\
        [define.field.temoin]\nlabel = \"Témoin\"\nkind = \"text\"\nidentifier = true\n\n\
        [collect.visites]\ndata = [\"temoin\", \"pages\"]\nthrough = [\"site\"]\nfor = [\"prets\"]\n\n\
        [collect.courrier]\ndata = [\"courriel\", \"question\"]\nthrough = [\"courrier\"]\n\
        for = [\"prets\"]\n\n\
        [keep.visites]\ndata = [\"temoin\", \"pages\", \"question\"]\nperiod = \"P20Y\"\n\
        after = \"collected\"\nthen = \"destroy\"\n```\n";
    std::fs::write(folder.join("abonnes.md"), format!("{text}{more}")).unwrap();
    let under = |words: &[&str]| house.kept(&[words, &["--policy", "policy"]].concat());
    let line =
        "192.0.2.7 - - [23/Nov/2026:09:30:00 +0000] \"GET /livres HTTP/1.1\" 200 512 \"-\" \"x\"\n";
    std::fs::write(house.path("access.log"), line).unwrap();
    let log = ["collect", "access.log", "--channel", "site"];
    under(&log).ends(0, &["1 line rejected"]);
    let maps = [
        "--again",
        "--map",
        "visitor=temoin",
        "--map",
        "weblog=pages",
    ];
    under(&[&log[..], &maps].concat()).ends(0, &["1 record stored, 2 items"]);
    let mail = "From: Ada <ada@example.com>\r\nTo: vieprivee@valclair.example\r\n\
                Date: Mon, 23 Nov 2026 09:30:00 +0000\r\nMessage-ID: <1@example.com>\r\n\
                Subject: Livre\r\n\r\nOù est-il ?\r\n";
    std::fs::write(house.path("a.eml"), mail).unwrap();
    let mail = [
        "collect",
        "a.eml",
        "--channel",
        "courrier",
        "--map",
        "email=courriel",
    ];
    let maps = [
        "--map",
        "message=question",
        "--map",
        "subject=-",
        "--map",
        "name=-",
    ];
    under(&[&mail[..], &maps].concat()).ends(0, &["1 record stored, 2 items"]);
    // A field that the policy does not have is told before anything is read.
    under(&[&log[..], &["--map", "weblog=page"]].concat()).ends(1, &["page"]);
}
