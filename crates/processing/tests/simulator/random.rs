//! Random deeds, several at once, with crashes, restarts and clocks that go astray. Each answer
//! must be what the model gives at the deed's place in the ledger.

use crate::house::{Door, *};
use crate::model::*;
use kept_processing::*;
use kept_terms::{Day, PersonId, Right};
use kept_vault::store::failing::Step;
use kept_vault::store::{Store, Wanted};
use std::collections::{BTreeMap, BTreeSet};

const SEEDS: u64 = 3;
const STEPS: usize = 70;
const ADDRESSES: u64 = 6;

/// A sequence of numbers that follows from a seed (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn is(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }
}

struct Simulation {
    house: House,
    model: Model,
    chance: Chance,
    seed: u64,
    /// People who were there once, erased or not.
    known: Vec<PersonId>,
    versions: BTreeMap<PersonId, u64>,
    /// The entries that were acknowledged: the act, and whether it was refused.
    entries: BTreeMap<u64, (String, bool)>,
    /// Deeds whose outcome was not told.
    untold: usize,
}

#[test]
fn whatever_happens_the_door_answers_as_the_model_does() {
    let seeds = std::env::var("KEPT_SIM_SEEDS").ok();
    let seeds = seeds.map_or(SEEDS, |seeds| seeds.parse().unwrap());
    let first: u64 = std::env::var("KEPT_SIM_FIRST").map_or(0, |it| it.parse().unwrap());
    for seed in first..first + seeds {
        let run = || {
            let runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = { runtime }.worker_threads(3).enable_all().build().unwrap();
            runtime.block_on(simulate(seed));
        };
        if let Err(panic) = std::panic::catch_unwind(run) {
            eprintln!("seed {seed} failed: KEPT_SIM_FIRST={seed} KEPT_SIM_SEEDS=1 shows it again");
            std::panic::resume_unwind(panic);
        }
    }
}

async fn simulate(seed: u64) {
    let house = House::new(seed).await;
    let today = Day::of(house.door.now()).0;
    let mut simulation = Simulation {
        house,
        model: Model::new(today),
        chance: Chance(seed),
        seed,
        known: Vec::new(),
        versions: BTreeMap::new(),
        entries: BTreeMap::new(),
        untold: 0,
    };
    simulation.house.door.sweep(None).await.unwrap();
    for step in 0..STEPS {
        simulation = simulation.step(step).await;
        simulation.check_versions().await;
    }
    simulation.finish().await;
}

impl Simulation {
    async fn step(mut self, step: usize) -> Simulation {
        match self.chance.below(20) {
            0 => {
                let days = self.chance.below(24) as i32 - 4;
                self.house.clock.pass_days(i64::from(days));
                self.model.today += days;
            }
            1 | 2 => self.sweep().await,
            3 => self.publish().await,
            4 => self.house = self.house.reopen().await,
            5 | 6 => self = self.crash().await,
            7 if step.is_multiple_of(2) => {
                assert_eq!(
                    self.observe().await,
                    self.model.views(),
                    "seed {}",
                    self.seed
                );
                self.house.audit().await.unwrap();
            }
            _ => self.together().await,
        }
        self
    }

    async fn sweep(&mut self) {
        let told = self.house.door.sweep(None).await;
        if self.model.clock_is_trusted() {
            told.unwrap();
        } else {
            assert!(matches!(told, Err(Failure::Invalid { .. })), "{told:?}");
            let today = Day(self.model.today);
            self.house.door.sweep(Some(today)).await.unwrap();
        }
        self.model.sweep();
    }

    async fn publish(&mut self) {
        let is_short = self.house.policy.digest == SHORT.digest;
        let (policy, periods, given) = match is_short {
            true => (&OTHER, (60, 15), sources("P60D", "P15D")),
            false => (&SHORT, (40, 25), sources("P40D", "P25D")),
        };
        let caller = Caller::system("publish");
        let door = &self.house.door;
        // The version in force is on record before another follows it.
        for (policy, given) in [(&SHORT, sources("P40D", "P25D")), (policy, given)] {
            let published = door.publish(&caller, (*policy).clone(), given).await;
            assert_eq!(published.unwrap(), Published::InForce);
        }
        self.house.policy = (*policy).clone();
        self.model.periods = periods;
    }

    /// Several deeds at once, taken in the order of their entries.
    async fn together(&mut self) {
        let many = match self.model.anybody_past() {
            true => 1,
            false => 1 + self.chance.below(6),
        };
        let deeds: Vec<Deed> = (0..many).map(|_| self.deed()).collect();
        let mut tasks = Vec::new();
        for deed in deeds {
            let door = self.house.door.clone();
            tasks.push(tokio::spawn(async move {
                let (entry, answer) = perform(&door, &deed).await;
                (entry, deed, answer)
            }));
        }
        let mut done = Vec::new();
        for task in tasks {
            done.push(task.await.unwrap());
        }
        done.sort_by_key(|(entry, _, _)| *entry);
        let is_alone = done.len() == 1;
        for (entry, deed, answer) in done {
            let Some(entry) = entry else {
                // What failed has no place among the others.
                if is_alone {
                    assert_eq!(answer, self.model.apply(&deed, PersonId([0; 16])));
                } else {
                    assert!(
                        matches!(
                            answer,
                            Answer::Failed(Failure::NotFound(_) | Failure::Conflict(_))
                        ),
                        "{deed:?}: {answer:?}"
                    );
                }
                continue;
            };
            let fresh = match &answer {
                Answer::Stored { person, .. } => *person,
                _ => PersonId([0; 16]),
            };
            self.remember(fresh, &answer);
            let expected = self.model.apply(&deed, fresh);
            // Whoever was stored between the looking and the entry may be missed.
            let is_missed = !is_alone && answer == Answer::Found(None);
            if !(is_missed && matches!(expected, Answer::Found(_))) {
                assert_eq!(answer, expected, "seed {} {deed:?} at {entry}", self.seed);
            }
            let act = command(&deed).1.act().word().to_owned();
            let twice = self.entries.insert(entry, (act, answer == Answer::Refused));
            assert!(twice.is_none(), "entry {entry} was given twice");
        }
    }

    fn remember(&mut self, person: PersonId, answer: &Answer) {
        if let Answer::Stored { new: true, .. } = answer {
            assert!(!self.known.contains(&person), "an erased person is back");
            self.known.push(person);
        }
    }

    /// One deed that breaks, then a restart: it is there whole, or not at all.
    async fn crash(mut self) -> Simulation {
        if self.model.anybody_past() {
            self.sweep().await;
        }
        let deed = self.deed();
        let persisted = self.chance.is(2);
        let second = matches!(deed, Deed::Erase(_)) && self.chance.is(2);
        self.house.fail(Step::Commit, u64::from(second), persisted);
        let (_, answer) = perform(&self.house.door, &deed).await;
        self.house = self.house.reopen().await;
        let Answer::Failed(failure) = answer else {
            panic!("a broken deed was answered with {answer:?}");
        };
        if !matches!(failure, Failure::Unavailable(_)) {
            return self;
        }
        self.untold += 1;
        let fresh = match deed {
            Deed::Contact { email, .. } | Deed::Message { email, .. } => {
                self.house.find(&address(email)).await
            }
            _ => None,
        };
        if matches!(
            deed,
            Deed::Contact { .. } | Deed::Message { .. } | Deed::Find { .. }
        ) {
            self.untold += 1;
        }
        let mut after = self.model.clone();
        let fresh = fresh.unwrap_or(PersonId([0; 16]));
        let expected = after.apply(&deed, fresh);
        let seen = self.observe().await;
        if persisted || second {
            assert_eq!(
                seen,
                after.views(),
                "seed {}: {deed:?} is not whole",
                self.seed
            );
            self.remember(fresh, &expected);
            self.model = after;
        } else {
            assert_eq!(
                seen,
                self.model.views(),
                "seed {}: {deed:?} left something",
                self.seed
            );
        }
        self
    }

    fn deed(&mut self) -> Deed {
        let email = self.chance.below(ADDRESSES) as usize;
        let (name, is) = (self.chance.below(3), self.chance.is(2));
        let ids = self.model.ids();
        let all = if self.chance.is(12) {
            &self.known
        } else {
            &ids
        };
        let number = self.chance.0 >> 40;
        let Some(person) = all.get(number as usize % all.len().max(1)).copied() else {
            return Deed::Contact {
                email,
                name,
                phone: None,
            };
        };
        match self.chance.below(19) {
            0..=2 => Deed::Contact {
                email,
                name,
                phone: is.then_some(10 + name),
            },
            3 | 4 => Deed::Message {
                email,
                text: number,
            },
            5 => Deed::Known {
                person,
                text: number,
            },
            6 | 7 => Deed::Answer(person),
            8 => Deed::Advertise(person),
            9 => Deed::Other(person),
            10 => Deed::GetInTouch(person),
            11 => Deed::Find { email },
            12 => Deed::Verify { person, name },
            13 => Deed::Rename { person, name },
            14 => Deed::Move { person, email },
            15 => Deed::Object {
                person,
                objects: is,
            },
            16 => Deed::Consent { person, given: is },
            17 => Deed::Restrict {
                person,
                paused: name == 0,
            },
            _ => Deed::Erase(person),
        }
    }

    /// Everybody, as they see themselves.
    async fn observe(&mut self) -> Vec<View> {
        let mut views = Vec::new();
        for person in self.house.store.people(None, 1_000).await.unwrap() {
            let right = Right::Access;
            let export = Command::Export { person, right };
            let performed = self
                .house
                .door
                .perform(&Caller::person(), &export)
                .await
                .unwrap();
            let entry = performed.entry.unwrap();
            self.entries.insert(entry, ("export".to_owned(), false));
            let Ok(Effect::Export(mut export)) = performed.outcome else {
                panic!("no export")
            };
            let mut values = Vec::new();
            while let Some(page) = export.next_page(&self.house.door).await.unwrap() {
                values.extend(shown(&page));
            }
            values.sort();
            let about = export.about();
            let agrees = about
                .consents
                .iter()
                .any(|(_, c)| c.withdrawn_second.is_none());
            views.push((
                values,
                !about.objections.is_empty(),
                agrees,
                about.restricted,
            ));
        }
        views.sort();
        views
    }

    async fn check_versions(&mut self) {
        let people: BTreeSet<PersonId> = self
            .house
            .store
            .people(None, 1_000)
            .await
            .unwrap()
            .into_iter()
            .collect();
        let expected: BTreeSet<PersonId> = self.model.ids().into_iter().collect();
        assert_eq!(people, expected, "seed {}", self.seed);
        for person in people {
            let record = self
                .house
                .store
                .person(person, Wanted::Nothing)
                .await
                .unwrap()
                .unwrap();
            let before = self.versions.insert(person, record.version);
            assert!(before.is_none_or(|before| before <= record.version));
        }
    }

    async fn finish(mut self) {
        self.sweep().await;
        let audited = self.house.audit().await.unwrap();
        assert_eq!((audited.overdue, audited.keyless), (0, 0));
        assert_eq!(
            self.observe().await,
            self.model.views(),
            "seed {}",
            self.seed
        );
        let size = self.house.door.sequence().await.unwrap();
        let mut by_people = 0;
        for index in 0..size {
            let entry = self.house.door.entry(index).unwrap().unwrap();
            let entry = String::from_utf8(entry).unwrap();
            by_people += usize::from(!entry.contains("\"actor\":\"system:"));
            if let Some((act, is_refused)) = self.entries.get(&index) {
                assert!(entry.contains(&format!("\"act\":\"{act}\"")), "{entry}");
                assert_eq!(
                    entry.contains("\"outcome\":\"refused\""),
                    *is_refused,
                    "{entry}"
                );
            }
        }
        let told = self.entries.len();
        assert!(self.entries.keys().all(|index| *index < size));
        assert!(
            (told..=told + self.untold).contains(&by_people),
            "{told} {by_people}"
        );
        let house = self.house.reopen().await;
        house.audit().await.unwrap();
    }
}

fn command(deed: &Deed) -> (Caller, Command) {
    let own = Caller::person();
    match *deed {
        Deed::Contact { email, name, phone } => {
            let (name, email) = (format!("Name {name}"), address(email));
            let phone = phone.map(|phone| format!("+1 212 555 01{phone:02}"));
            let mut values = vec![("name", name.as_str()), ("email", email.as_str())];
            values.extend(phone.as_deref().map(|phone| ("phone", phone)));
            (staff("support"), Command::Collect(record(&values)))
        }
        Deed::Message { email, text } => {
            let (email, text) = (address(email), format!("Text {text}"));
            let values = [("email", email.as_str()), ("message", text.as_str())];
            (staff("support"), Command::Collect(record(&values)))
        }
        Deed::Known { person, text } => {
            let text = format!("Text {text}");
            let subject = Subject::Known(person);
            let collect = Collect {
                subject,
                ..record(&[("message", &text)])
            };
            (staff("support"), Command::Collect(collect))
        }
        Deed::Answer(person) => {
            let fields = ["name", "phone", "message"];
            (staff("sales"), reading(person, "answer-you", &fields))
        }
        Deed::Advertise(person) => (staff("marketing"), reading(person, "marketing", &["name"])),
        Deed::Other(person) => (
            staff("account-manager"),
            reading(person, "another-purpose", &["name"]),
        ),
        Deed::GetInTouch(person) => {
            let Command::Use(wanted) = reading(person, "answer-you", &["name", "phone"]) else {
                panic!("not a reading")
            };
            (staff("sales"), Command::Contact(wanted))
        }
        Deed::Find { email } => (staff("support"), finding(&address(email))),
        Deed::Verify { person, name } => {
            let purpose = "keep-secure".to_owned();
            let claims = vec![("name".to_owned(), format!("name  {name}"))];
            // The model counts attempts by person alone, so each is asked about by somebody else.
            let caller = Caller {
                id: format!("token:{person}"),
                ..staff("support")
            };
            (
                caller,
                Command::Verify {
                    person,
                    purpose,
                    claims,
                },
            )
        }
        Deed::Rename { person, name } => (own, rectify(person, "name", format!("Name {name}"))),
        Deed::Move { person, email } => (own, rectify(person, "email", address(email))),
        Deed::Object { person, objects } => {
            let purpose = "marketing".to_owned();
            (
                own,
                Command::Object {
                    person,
                    purpose,
                    objects,
                },
            )
        }
        Deed::Consent { person, given } => {
            let to = ConsentTo::Purpose("another-purpose".to_owned());
            let channel = "website-form".to_owned();
            (
                own,
                Command::Consent {
                    person,
                    to,
                    given,
                    channel,
                },
            )
        }
        Deed::Restrict { person, paused } => (own, Command::Restrict { person, paused }),
        Deed::Erase(person) => (own, Command::Erase { person }),
    }
}

fn rectify(person: PersonId, field: &str, value: String) -> Command {
    let (purpose, number, field) = (None, None, field.to_owned());
    Command::Rectify {
        person,
        purpose,
        field,
        value,
        number,
    }
}

async fn perform(door: &Door, deed: &Deed) -> (Option<u64>, Answer) {
    let (caller, command) = command(deed);
    let performed = match door.perform(&caller, &command).await {
        Ok(performed) => performed,
        Err(failure) => return (None, Answer::Failed(failure)),
    };
    let answer = match performed.outcome {
        Err(_) => Answer::Refused,
        Ok(Effect::Stored { person, new, .. }) => Answer::Stored { person, new },
        Ok(Effect::Values(values)) => Answer::Values(shown(&values)),
        Ok(Effect::Found(found)) => Answer::Found(found),
        Ok(Effect::Matched(matched)) => Answer::Matched(matched),
        Ok(Effect::Done) => Answer::Done,
        Ok(
            Effect::Kept(_)
            | Effect::Training(_)
            | Effect::Due(..)
            | Effect::Stale(..)
            | Effect::Tabulated(_)
            | Effect::Forwarded(_)
            | Effect::Named(_)
            | Effect::SignedIn(_)
            | Effect::Listed(_)
            | Effect::Export(_),
        ) => panic!("nobody asked for this"),
    };
    (performed.entry, answer)
}
