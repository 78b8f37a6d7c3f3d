//! Cases as they are stored: sealed under the key of a day, listed by how they stand and by whose
//! they are.
//! It stores and finds; what happens to a case is decided by the door and worked out by `cases`.
//!
//! Keys: `o/` and `e/` with a reference lead to a case that is open, or has ended; `p/` with a
//! keyed digest of a person, or of an address, and a reference says whose it is; `c/` with a day
//! and a reference says how one ended, so that cases are counted without being opened.

mod counting;
mod forgetting;

pub(crate) use counting::Remembered;

use crate::{Failure, Processing};
use kept_cases::{Case, Kind, Reference};
use kept_terms::{Book, Day, PersonId};
use kept_vault::store::{Record, RecordKind, Store, Word, WordKind, Write};

/// The lane of cases that are open.
pub(crate) const OPEN: &[u8] = b"o/";
/// The lane of cases that have ended.
pub(crate) const ENDED: &[u8] = b"e/";
/// The lane of how cases ended, by day, in a line each that tells of nobody.
pub(crate) const COUNTED: &[u8] = b"c/";
/// Whose cases are.
const WHOSE: &[u8] = b"p/";

/// The class under whose days open cases are sealed.
pub(crate) const OPEN_CLASS: &str = "cases";

/// How many bytes of a digest say whose a case is.
const DIGEST_BYTES: usize = 16;

/// How many cases are looked at in one step.
const STEP: usize = 1_000;

/// The class under whose days the ended cases of a document are sealed.
pub(crate) fn ended_class(document: &str) -> String {
    format!("cases/{document}")
}

/// Whose a case is, as it can be asked for.
pub(crate) enum Whom<'a> {
    /// Somebody who is known.
    Person(PersonId),
    /// Whoever can be answered at an address.
    Contact(&'a str),
    /// Whoever named it otherwise: an agent of a protocol, or a request that went to a client.
    Named(&'a str),
}

/// What leads a sealed case: the class and the day of its key.
pub(crate) struct Place {
    pub class: Word,
    pub day: Day,
}

impl Place {
    /// Cuts a stored case into where its key is and what is sealed.
    pub fn read(value: &[u8]) -> Option<(Place, &[u8])> {
        let (class, rest) = value.split_first_chunk::<4>()?;
        let (day, sealed) = rest.split_first_chunk::<4>()?;
        let place = Place {
            class: Word(u32::from_be_bytes(*class)),
            day: Day(i32::from_be_bytes(*day)),
        };
        Some((place, sealed))
    }
}

fn key(lane: &[u8], reference: &Reference) -> Vec<u8> {
    [lane, reference.signs()].concat()
}

impl<S: Store> Processing<S> {
    /// Draws a reference for a case that is about to be opened.
    pub fn draw_case(&self) -> Reference {
        Reference::draw(&*self.randomness)
    }

    fn whose_key(&self, whom: &Whom<'_>) -> Vec<u8> {
        let digest = match whom {
            Whom::Person(person) => self.vault.index("kept/case/person", &person.to_string()),
            Whom::Contact(contact) => {
                let contact = contact.trim().to_lowercase();
                self.vault.index("kept/case/contact", &contact)
            }
            Whom::Named(name) => self.vault.index("kept/case/named", name),
        };
        let short = digest.get(..DIGEST_BYTES).unwrap_or(&digest);
        let hex = data_encoding::HEXLOWER.encode(short);
        [WHOSE, hex.as_bytes(), b"/"].concat()
    }

    /// The changes that write a case down, as it stands; its key is made ready with it.
    pub(crate) async fn put_case(&self, case: &Case) -> Result<Vec<Write>, Failure> {
        let store = self.vault.store();
        let (class, day, lane) = match case.ending() {
            None => (OPEN_CLASS.to_owned(), case.opened.on.0, OPEN),
            Some(ending) => (ended_class(&case.document), ending.on.0, ENDED),
        };
        let class = store.intern(WordKind::Class, &class).await?;
        self.vault.ready_day(class, day).await?;
        let text = zeroize::Zeroizing::new(
            serde_json::to_vec(case)
                .map_err(|_| Failure::invalid("the case", "cannot be written down"))?,
        );
        let name = case.reference.signs();
        let sealed = self.vault.seal_case(class, day, name, &text)?;
        let value = [&class.0.to_be_bytes()[..], &day.0.to_be_bytes(), &sealed].concat();
        let record = |key: Vec<u8>, value: Vec<u8>| {
            let kind = RecordKind::Case;
            Write::PutRecord(Record { kind, key, value })
        };
        let mut writes = vec![record(key(lane, &case.reference), value)];
        if case.is_ended() {
            let open = key(OPEN, &case.reference);
            writes.push(Write::DeleteRecord(RecordKind::Case, open));
        }
        for whose in self.whose(case) {
            writes.push(record(whose, Vec::new()));
        }
        if let Some(counted) = counting::line(case) {
            writes.push(record(counted.0, counted.1));
        }
        writes.extend(self.told_of(case)?);
        Ok(writes)
    }

    /// The changes that forget a case for good.
    pub(crate) fn forget_case(&self, case: &Case) -> Vec<Write> {
        let lanes = [key(OPEN, &case.reference), key(ENDED, &case.reference)];
        let counted = counting::line(case).map(|(key, _)| key);
        let all = lanes.into_iter().chain(self.whose(case)).chain(counted);
        all.map(|key| Write::DeleteRecord(RecordKind::Case, key))
            .collect()
    }

    /// The keys under which it stands whose a case is.
    fn whose(&self, case: &Case) -> Vec<Vec<u8>> {
        let person = case.person().map(Whom::Person);
        let contact = case.written.as_ref();
        let contact = contact.and_then(|written| written.contact.as_deref());
        let named = case.named_otherwise();
        let whom = person.into_iter().chain(contact.map(Whom::Contact));
        let whom = whom.chain(named.as_deref().map(Whom::Named));
        whom.map(|whom| [self.whose_key(&whom), case.reference.signs().to_vec()].concat())
            .collect()
    }

    pub(crate) fn read_case(
        &self,
        reference: &[u8],
        value: &[u8],
    ) -> Result<Option<Case>, Failure> {
        let damaged = || Failure::Corrupt("a case cannot be read".to_owned());
        let (place, sealed) = Place::read(value).ok_or_else(damaged)?;
        let opened = self
            .vault
            .open_case(place.class, place.day, reference, sealed)?;
        match opened {
            None => Ok(None),
            Some(text) => serde_json::from_slice(&text)
                .map(Some)
                .map_err(|_| damaged()),
        }
    }

    /// A case, open or ended; nothing where there is none of that reference.
    pub(crate) async fn find_case(&self, reference: Reference) -> Result<Option<Case>, Failure> {
        for lane in [OPEN, ENDED] {
            let key = key(lane, &reference);
            let found = self.vault.store().record(RecordKind::Case, &key).await?;
            if let Some(value) = found {
                return self.read_case(reference.signs(), &value);
            }
        }
        Ok(None)
    }

    /// The case that an agent of a protocol names so.
    pub async fn case_of_request(&self, request: &str) -> Result<Option<Reference>, Failure> {
        let cases = self.cases_of(&Whom::Named(request)).await?;
        Ok(cases.first().map(|case| case.reference))
    }

    /// A case that must be there.
    pub(crate) async fn case(&self, reference: Reference) -> Result<Case, Failure> {
        let found = self.find_case(reference).await?;
        found.ok_or(Failure::NotFound("case"))
    }

    /// The cases of somebody, the newest first.
    pub(crate) async fn cases_of(&self, whom: &Whom<'_>) -> Result<Vec<Case>, Failure> {
        let begins = self.whose_key(whom);
        let store = self.vault.store();
        let found = store.records_page(RecordKind::Case, &begins, None, STEP);
        let mut cases = Vec::new();
        for record in found.await? {
            let signs = record.key.strip_prefix(&begins[..]).unwrap_or_default();
            let signs = String::from_utf8_lossy(signs);
            let Ok(reference) = signs.parse::<Reference>() else {
                return Err(Failure::Corrupt("a case has no reference".to_owned()));
            };
            cases.extend(self.find_case(reference).await?);
        }
        cases.sort_by_key(|case| std::cmp::Reverse((case.opened.at, case.reference)));
        Ok(cases)
    }

    /// Cases of a lane in order of reference, after one, at most so many looked at; and the last
    /// that was looked at, where there may be more.
    pub(crate) async fn cases_page(
        &self,
        lane: &[u8],
        after: Option<&[u8]>,
    ) -> Result<(Vec<Case>, Option<Vec<u8>>), Failure> {
        let store = self.vault.store();
        let page = store.records_page(RecordKind::Case, lane, after, STEP);
        let page = page.await?;
        let last = page.last().map(|record| record.key.clone());
        let mut cases = Vec::with_capacity(page.len());
        for record in &page {
            let signs = record.key.strip_prefix(lane).unwrap_or_default();
            cases.extend(self.read_case(signs, &record.value)?);
        }
        Ok((cases, last.filter(|_| page.len() == STEP)))
    }

    /// Every case of a lane that is wanted. Cases are looked at step by step; what is not wanted
    /// is not kept.
    pub(crate) async fn cases_where(
        &self,
        lanes: &[&[u8]],
        wanted: impl Fn(&Case) -> bool,
    ) -> Result<Vec<Case>, Failure> {
        let mut found = Vec::new();
        for lane in lanes {
            let mut after: Option<Vec<u8>> = None;
            loop {
                let (page, last) = self.cases_page(lane, after.as_deref()).await?;
                found.extend(page.into_iter().filter(&wanted));
                after = last;
                if after.is_none() {
                    break;
                }
            }
        }
        found.sort_by_key(|case| (case.due, case.opened.at, case.reference));
        Ok(found)
    }

    /// All cases of a book, the most urgent first.
    pub(crate) async fn cases_in(&self, book: Book, ended: bool) -> Result<Vec<Case>, Failure> {
        let lanes: &[&[u8]] = match ended {
            true => &[OPEN, ENDED],
            false => &[OPEN],
        };
        self.cases_where(lanes, |case| case.kind.book() == book)
            .await
    }

    /// The open case of somebody that another of the same kind joins.
    pub(crate) async fn joined_by(
        &self,
        whom: &Whom<'_>,
        kind: Kind,
        purpose: Option<&str>,
    ) -> Result<Option<Case>, Failure> {
        let mut cases = self.cases_of(whom).await?;
        cases.retain(|case| !case.is_ended() && case.kind == kind && case.purpose() == purpose);
        Ok(cases.into_iter().next())
    }
}
