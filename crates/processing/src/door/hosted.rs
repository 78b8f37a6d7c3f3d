//! What is particular to people who are held for clients: strangers who see nobody, and requests
//! passed on. Whether somebody was found is told to the client and to nobody else.

use super::*;
use crate::hosted::{About, ClientAnswer, Forwarded, Forwarding};
use crate::hosted::{open_key, read_request};
use kept_terms::{Home, Name, Right};

/// A client that is nobody's, so that whoever acts is a stranger to it.
const NOBODY: ClientId = ClientId([0; 16]);

impl<S: Store> Processing<S> {
    /// Somebody in a client's home names a person who is not there, or not in it: they learn
    /// neither, and the attempt is on record either way.
    pub(super) fn missing(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let own = asking.actor.home.map(|home| home.system);
        let person = PersonFacts {
            home: Some(HomeId {
                client: NOBODY,
                system: own.unwrap_or(HomeId::GONE),
            }),
            ..PersonFacts::default()
        };
        let request = Request::new(asking.act(), asking.actor);
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Permitted(_) => Err(Failure::NotFound("person")),
            Decision::Refused(refusal) => Ok(Prepared {
                commit: unchanging(None, asking.telling(&request).refused(&refusal)?),
                then: Then::Missing,
            }),
        }
    }

    pub(super) async fn forward(
        &self,
        asking: &Asking<'_>,
        forwarding: &Forwarding,
    ) -> Result<Prepared, Failure> {
        let (Forwarding::Received { home, .. } | Forwarding::Noted { home, .. }) = forwarding;
        if asking.caller.home.as_ref().is_some_and(|own| own != home) {
            return self.missing(asking);
        }
        asking.moment.register.has_client(Some(home))?;
        match forwarding {
            Forwarding::Received { right, about, .. } => {
                self.pass_on(asking, home, *right, about).await
            }
            Forwarding::Noted {
                request, answer, ..
            } => self.note(asking, home, request, *answer).await,
        }
    }

    async fn pass_on(
        &self,
        asking: &Asking<'_>,
        home: &Home,
        right: Right,
        about: &About,
    ) -> Result<Prepared, Failure> {
        let person = self.asking_person(asking, home, about).await?;
        let id = self.draw_request();
        let decided = self.weigh_forward(asking, home, right, &id)?;
        let (clause, entry) = match decided {
            Ok(decided) => decided,
            Err(prepared) => return Ok(*prepared),
        };
        let clause = clause.and_then(|clause| asking.policy().clause(clause));
        let Some(Body::Answer(Answer::Forwarded {
            within,
            answered_within,
            ..
        })) = clause.map(|clause| &clause.body)
        else {
            return Err(reading::mistaken());
        };
        let today = asking.moment.today;
        let subject = |person: PersonId| {
            let digest = self
                .vault
                .index("kept/subject", &format!("{home} {person}"));
            let short = digest.get(..16).unwrap_or(&digest);
            data_encoding::HEXLOWER.encode(short)
        };
        let request = Forwarded {
            kind: "forwarded-request".to_owned(),
            request: id,
            client: home.client.clone(),
            system: home.system.clone(),
            right,
            person,
            subject: person.map(subject),
            received: today.to_string(),
            tell_by: within.after(today).to_string(),
            answer_by: answered_within.after(today).to_string(),
            told: None,
            answer: None,
        };
        let mut commit = unchanging(None, entry);
        commit.writes.push(Write::PutRecord(request.record()?));
        let effect = Effect::Forwarded(Box::new(request.seen_by(asking.caller)));
        let then = Then::Give(effect);
        Ok(Prepared { commit, then })
    }

    async fn note(
        &self,
        asking: &Asking<'_>,
        home: &Home,
        id: &str,
        answer: ClientAnswer,
    ) -> Result<Prepared, Failure> {
        let key = open_key(home, id);
        let store = self.vault.store();
        let record = match Name::new(id) {
            Ok(_) => store.record(RecordKind::Delivery, &key).await?,
            Err(_) => None,
        };
        let record = record.ok_or(Failure::NotFound("request"))?;
        let mut request = read_request(&record)?;
        let decided = self.weigh_forward(asking, home, request.right, id)?;
        let (_, entry) = match decided {
            Ok(decided) => decided,
            Err(prepared) => return Ok(*prepared),
        };
        request.note(answer, asking.moment.today);
        let mut commit = unchanging(None, entry);
        commit.writes = vec![
            Write::DeleteRecord(RecordKind::Delivery, key),
            Write::PutRecord(request.record()?),
        ];
        let effect = Effect::Forwarded(Box::new(request.seen_by(asking.caller)));
        let then = Then::Give(effect);
        Ok(Prepared { commit, then })
    }

    /// Decides whether a request is passed on. The entry names the request and nobody: who was
    /// found, and whether anybody was, is the client's to know.
    #[expect(clippy::type_complexity, reason = "what was permitted, or a refusal")]
    fn weigh_forward(
        &self,
        asking: &Asking<'_>,
        home: &Home,
        right: Right,
        id: &str,
    ) -> Result<Result<(Option<ClauseId>, Vec<u8>), Box<Prepared>>, Failure> {
        let request = Request {
            right: Some(right),
            ..Request::new(Act::Forward, asking.actor)
        };
        let person = PersonFacts {
            home: Some(asking.policy().home(home)),
            ..PersonFacts::default()
        };
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => {
                let refused = self.refuse(asking, &request, None, refusal)?;
                Ok(Err(Box::new(refused)))
            }
            Decision::Permitted(permit) => {
                let mut telling = asking.telling(&request);
                telling.reference = Some(format!("request:{id}"));
                let clause = permit.clauses().first().copied();
                Ok(Ok((clause, telling.permitted(&permit)?)))
            }
        }
    }

    /// Who asks, if they are held in that home.
    async fn asking_person(
        &self,
        asking: &Asking<'_>,
        home: &Home,
        about: &About,
    ) -> Result<Option<PersonId>, Failure> {
        let found = match about {
            About::Unknown => None,
            About::Person(person) => Some(*person),
            About::Identifier { field, value } => {
                let fields = &asking.policy().words.fields;
                let id: FieldId = declared(fields, "field", field)?;
                let field = fields.get(id).filter(|field| field.identifier);
                let field = field.ok_or_else(|| {
                    Failure::invalid("field", "is not an identifier; nobody can be found by it")
                })?;
                let (choices, length_max) = (&field.choices, field.length_max);
                let checked = field.kind.normalise(value, None, choices, length_max);
                let checked =
                    checked.map_err(|problem| Failure::invalid("value", problem.to_string()))?;
                let index = self
                    .vault
                    .identifier(Some(home), &field.name, &checked.compared);
                self.vault.store().find(index).await?
            }
        };
        match found {
            Some(person) if self.is_housed(person, home).await? => Ok(Some(person)),
            Some(_) | None => Ok(None),
        }
    }

    /// A name for a request that nobody can guess from another.
    fn draw_request(&self) -> String {
        /// Letters that do not spell words and are not taken for digits.
        const LETTERS: &[u8; 16] = b"bcdfghjkmnpqrstv";
        let mut chance = [0; 8];
        self.randomness.fill(&mut chance);
        let letter = |half: u8| LETTERS.get(usize::from(half)).copied().unwrap_or(b'b');
        let pair = |byte: &u8| [letter(byte >> 4), letter(byte & 15)];
        chance.iter().flat_map(pair).map(char::from).collect()
    }
}
