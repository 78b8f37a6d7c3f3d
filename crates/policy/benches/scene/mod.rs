//! What the benchmark and the count of allocations share: the modelled policy, somebody under it.
//! It measures nothing.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "nothing can be measured where the scene is not there"
)]

use kept_policy::*;
use kept_terms::{Act, ActorKind, Day};
use std::path::Path;

/// A policy, and a person with some items.
pub struct Scene {
    /// The policy.
    pub policy: Policy,
    person: PersonFacts,
    items: Vec<ItemFacts>,
    recipient: RecipientFacts,
    today: Day,
}

/// The requests that are measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// Support reads, and is permitted.
    Use,
    /// A form comes in, and is permitted.
    Collect,
    /// The system shows a recipient something, and is permitted.
    Disclose,
    /// Marketing reads for a purpose that is not theirs.
    Refused,
}

impl Scene {
    /// Compiles the policy of the folder `policies/mediaocean`.
    pub fn new() -> Scene {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
        let paths = std::fs::read_dir(folder).expect("the folder");
        let paths = paths.map(|entry| entry.expect("an entry").path());
        let documents = paths.filter(|path| path.extension().is_some_and(|end| end == "md"));
        let source = |path: std::path::PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("a document");
            Source::new(name.into_owned(), text)
        };
        let sources: Vec<Source> = documents.map(source).collect();
        let (policy, diagnostics) = compile(&sources);
        let policy = policy.unwrap_or_else(|| panic!("{diagnostics:?}"));
        let words = &policy.words;
        let today = Day(20_780);
        let class = words
            .classes
            .id("north-america#keep.contact")
            .expect("a class");
        let purposes = ["answer-you", "client-contract"].map(|name| words.purposes.id(name));
        let item = |(number, name): (u32, &str)| {
            let field = words.fields.id(name).expect("a field");
            policy.item(
                number,
                field,
                purposes.into_iter().flatten().collect(),
                class,
                Day(20_600),
            )
        };
        let items = (1..)
            .zip(["name", "email", "phone", "employer"])
            .map(item)
            .collect();
        let proof = words.assurances.id("soc-2").expect("an assurance");
        let recipient = RecipientFacts {
            undertakings: vec![(Protection::ProcessingAgreement, today)],
            assurances: vec![(proof, today)],
            ..RecipientFacts::default()
        };
        let country = "CA".parse().ok();
        let person = PersonFacts {
            country,
            ..PersonFacts::default()
        };
        Scene {
            person,
            items,
            recipient,
            today,
            policy,
        }
    }

    /// A request, with its names looked up beforehand as the door does.
    pub fn request(&self, ask: Ask) -> Request<'static> {
        let words = &self.policy.words;
        let support = Actor {
            kind: ActorKind::Staff,
            role: words.roles.id(if ask == Ask::Refused {
                "marketing"
            } else {
                "support"
            }),
            purposes: None,
            home: None,
        };
        let system = Actor {
            kind: ActorKind::System,
            role: None,
            purposes: None,
            home: None,
        };
        let fields = ["name", "email"]
            .iter()
            .filter_map(|name| words.fields.id(name))
            .collect();
        let purpose = words.purposes.id("answer-you");
        match ask {
            Ask::Use | Ask::Refused => Request {
                purpose,
                fields,
                ..Request::new(Act::Use, support)
            },
            Ask::Collect => {
                let channel = words.channels.id("website-form");
                Request {
                    channel,
                    fields,
                    ..Request::new(Act::Collect, system)
                }
            }
            Ask::Disclose => {
                let recipient = words.recipients.id("crm-cloud");
                Request {
                    purpose,
                    fields,
                    recipient,
                    ..Request::new(Act::Disclose, system)
                }
            }
        }
    }

    /// The decision on a request.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let facts = Facts {
            person: &self.person,
            items: &self.items,
            recipient: Some(&self.recipient),
        };
        decide(&self.policy, request, &facts, self.today)
    }
}
