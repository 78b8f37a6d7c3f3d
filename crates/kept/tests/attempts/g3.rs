//! G3: exactly the declared classes are sensitive: each of them is refused, in each language, and
//! the words of business are not.

use crate::house::{House, staff};
use kept_processing::{Collect, Command, Given};
use kept_terms::SpecialCategory;

const CLAUSE: &str = "north-america#refuse.sensitive";

const TOLD: &[(&str, &str)] = &[
    (
        "racial-origin",
        "As a Black woman I would like to join the panel.",
    ),
    ("ethnic-origin", "Meine Eltern sind Kurden."),
    ("political-opinion", "My boss is a die-hard Republican."),
    ("religious-belief", "Ma femme s'est convertie au judaïsme."),
    ("philosophical-belief", "我是无神论者。"),
    ("union-membership", "Please copy in my union rep."),
    ("genetic", "She carries the BRCA1 mutation."),
    ("biometric", "附件是我的虹膜扫描。"),
    ("health", "我怀孕了。"),
    (
        "sex-life",
        "Meine Frau und ich führen eine offene Beziehung.",
    ),
    ("sexual-orientation", "Camille est bisexuelle."),
];

const ORDINARY: &[&str] = &[
    "There is a race condition in our healthy pipeline, religiously patched.",
    "Mon mari et moi partageons le même identifiant.",
    "Das Inventar für politische Werbung muss gekennzeichnet sein.",
    "这个联合查询太慢了，请改写。",
];

fn sent(content: &str) -> Command {
    let mut record = Collect::through("website-form");
    record.country = Some("US".parse().unwrap());
    let file = Given::File {
        name: "letter.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        content: content.as_bytes().to_vec(),
    };
    record.values = vec![("attachment".to_owned(), file)];
    Command::Collect(record)
}

#[tokio::test]
async fn each_class_is_refused_and_nothing_else_is() {
    let house = House::new().await;
    let classes: Vec<&str> = TOLD.iter().map(|(class, _)| *class).collect();
    let all: Vec<&str> = SpecialCategory::ALL.iter().map(|it| it.word()).collect();
    assert_eq!(classes, all);
    for (_, told) in TOLD {
        house
            .refused(&staff("support"), sent(told), CLAUSE, "sensitive")
            .await;
    }
    assert_eq!(house.door().figures().await.unwrap().people, 0);
    for text in ORDINARY {
        house.done(&staff("support"), sent(text)).await;
    }
}
