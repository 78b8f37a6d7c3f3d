//! What a group changes, as statements with their values, one statement for each kind of change.

use super::connect::{Link, Value};
use super::group::{Draft, Key, Place, Wants};
use super::statements::Sql;
use crate::store::StoredItem;
use kept_terms::PersonId;
use std::pin::Pin;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

/// A statement and its values.
pub struct Call<'a> {
    sql: Sql,
    values: Vec<Box<dyn ToSql + Sync + Send + 'a>>,
}

/// What comes of a call.
pub type Coming<'c> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'c>>;

impl<'a> Call<'a> {
    /// A statement without values.
    pub fn new(sql: Sql) -> Call<'a> {
        let values = Vec::new();
        Call { sql, values }
    }

    /// The same with one value more.
    pub fn with(mut self, value: impl ToSql + Sync + Send + 'a) -> Call<'a> {
        self.values.push(Box::new(value));
        self
    }

    /// How many rows it changes.
    pub async fn changed(&self, link: &Link) -> Result<u64, Error> {
        let values: Vec<Value<'_>> = self.values.iter().map(|it| &**it as Value<'_>).collect();
        link.execute(self.sql, &values).await
    }

    /// Sent when first polled.
    pub fn on<'c>(&'c self, link: &'c Link) -> Coming<'c> {
        Box::pin(async move {
            let values: Vec<Value<'_>> = self.values.iter().map(|it| &**it as Value<'_>).collect();
            link.rows(self.sql, &values).await
        })
    }
}

/// As PostgreSQL counts. What is stored starts at nought and goes up by one, so it never gets past
/// the end.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What looks at all that a group wants, in a fixed order; what is not wanted is not asked.
pub fn looks<'a>(wants: &'a Wants<'a>) -> Vec<Call<'a>> {
    let mut calls = Vec::new();
    let people: Vec<&[u8]> = wants.people.iter().map(|it| &it.0[..]).collect();
    if !people.is_empty() {
        calls.push(Call::new(Sql::Versions).with(people.clone()));
        calls.push(Call::new(Sql::Leftovers).with(people));
    }
    if !wants.hashes.is_empty() {
        let hashes: Vec<&[u8]> = wants.hashes.iter().map(|it| &it[..]).collect();
        calls.push(Call::new(Sql::Owners).with(hashes));
    }
    if !wants.items.is_empty() {
        calls.push(items(Sql::Classes, wants.items.iter()));
    }
    if !wants.records.is_empty() {
        let kinds: Vec<i16> = wants.records.iter().map(|it| i16::from(it.0)).collect();
        let keys: Vec<&[u8]> = wants.records.iter().map(|it| it.1).collect();
        calls.push(Call::new(Sql::Present).with(kinds).with(keys));
    }
    calls
}

/// A statement about items by their places.
pub fn items<'a>(sql: Sql, places: impl Iterator<Item = &'a Place> + Clone) -> Call<'a> {
    of_items(Call::new(sql), places)
}

/// A call with the places of items.
fn of_items<'a>(call: Call<'a>, places: impl Iterator<Item = &'a Place> + Clone) -> Call<'a> {
    let people: Vec<&[u8]> = places.clone().map(|it| &it.0.0[..]).collect();
    let fields: Vec<i64> = places.clone().map(|it| i64::from(it.1)).collect();
    let numbers: Vec<i64> = places.map(|it| i64::from(it.2)).collect();
    call.with(people).with(fields).with(numbers)
}

/// All that a group of a server changes; `serial` is the number by which it is known whether it
/// did.
pub fn changes<'a>(draft: &'a Draft<'a>, serial: u64, member: u64) -> Vec<Call<'a>> {
    let mut calls = Vec::new();
    people(draft, &mut calls);
    contents(draft, &mut calls);
    records(draft, &mut calls);
    let (names, by) = moved(draft);
    if !names.is_empty() {
        calls.push(Call::new(Sql::Count).with(names).with(by));
    }
    let next = draft.first.saturating_add(draft.entries.len() as u64);
    if !draft.entries.is_empty() {
        let indexes: Vec<i64> = (draft.first..next).map(signed).collect();
        let (people, entries) = entries(draft);
        calls.push(
            Call::new(Sql::Stage)
                .with(people)
                .with(indexes)
                .with(entries),
        );
    }
    calls.push(
        Call::new(Sql::MoveEnd)
            .with(signed(next))
            .with(signed(serial))
            .with(signed(draft.generation))
            .with(signed(member)),
    );
    calls
}

/// What a group that does not look takes for granted, and as what it goes out.
pub struct Guess {
    /// Where the ledger ends; nothing where others write as well, and it ends wherever it does.
    pub first: Option<u64>,
    /// The number of this server's last group, and of this one.
    pub serials: [u64; 2],
    /// The number of the opening.
    pub fence: u64,
    /// The number of this server among those that share it.
    pub member: u64,
}

impl Guess {
    fn call<'a>(&self, sql: Sql, draft: &Draft<'_>) -> Call<'a> {
        let [last, serial] = self.serials;
        Call::new(sql)
            .with(self.first.map(signed))
            .with(signed(draft.entries.len() as u64))
            .with(signed(last))
            .with(signed(serial))
            .with(signed(self.fence))
            .with(signed(draft.generation))
            .with(signed(self.member))
    }
}

/// The entries of a group that changes nothing.
pub fn readings<'a>(draft: &'a Draft<'a>, guess: &Guess) -> Call<'a> {
    let (people, entries) = entries(draft);
    let call = guess.call(Sql::StageReadings, draft);
    call.with(people).with(entries)
}

/// All that a group changes that does not look, in one statement.
pub fn at_once<'a>(draft: &'a Draft<'a>, guess: &Guess) -> Call<'a> {
    let call = guess.call(Sql::AllAtOnce, draft);
    let version = |person| draft.versions.get(person).copied().map_or(0, signed);
    let (new, old): (Vec<_>, Vec<_>) = (draft.people.iter()).partition(|it| version(it.0) == 1);
    let named = |people: &[(&'a PersonId, &Option<&'a [u8]>)]| -> Vec<&'a [u8]> {
        people.iter().map(|it| &it.0.0[..]).collect()
    };
    let states = |people: &[(&PersonId, &Option<&'a [u8]>)]| -> Vec<Option<&'a [u8]>> {
        people.iter().map(|it| *it.1).collect()
    };
    let versions: Vec<i64> = old.iter().map(|it| version(it.0)).collect();
    let call = call.with(named(&new)).with(states(&new));
    let call = call.with(named(&old)).with(versions).with(states(&old));
    let call = put_items(draft, call);
    let claims = draft.claims.iter();
    let claims = claims.filter_map(|(hash, owner)| Some((&hash[..], &owner.as_ref()?.0[..])));
    let (hashes, owners): (Vec<_>, Vec<_>) = claims.unzip();
    let anchors = draft.anchors.iter();
    let anchors = anchors.filter_map(|((person, class), day)| Some((person, class, (*day)?)));
    let people: Vec<&[u8]> = anchors.clone().map(|it| &it.0.0[..]).collect();
    let classes: Vec<i64> = anchors.clone().map(|it| i64::from(*it.1)).collect();
    let days: Vec<i32> = anchors.map(|it| it.2.0).collect();
    let call = call.with(hashes).with(owners);
    let call = call.with(people).with(classes).with(days);
    let (fresh, put): (Vec<_>, Vec<_>) =
        (draft.records.iter()).partition(|(key, _)| draft.fresh.contains(*key));
    let call = put_records(&put, put_records(&fresh, call));
    let (names, by) = moved(draft);
    let (people, entries) = entries(draft);
    let call = call.with(names).with(by).with(people).with(entries);
    let seen: Vec<&[u8]> = draft.seen.keys().map(|person| &person.0[..]).collect();
    let versions: Vec<i64> = draft.seen.values().copied().map(signed).collect();
    call.with(seen).with(versions)
}

fn put_records<'a>(rows: &[(&Key<'a>, &Option<&'a [u8]>)], call: Call<'a>) -> Call<'a> {
    let kinds: Vec<i16> = rows.iter().map(|(key, _)| i16::from(key.0)).collect();
    let keys: Vec<&[u8]> = rows.iter().map(|(key, _)| key.1).collect();
    let values: Vec<Option<&[u8]>> = rows.iter().map(|(_, value)| **value).collect();
    call.with(kinds).with(keys).with(values)
}

/// Whom entries are about, and the entries; what is about nobody is about an empty name.
pub fn entries<'a>(draft: &'a Draft<'a>) -> (Vec<&'a [u8]>, Vec<&'a [u8]>) {
    let about = |it: &'a (Option<PersonId>, &'a [u8])| {
        it.0.as_ref().map_or(&[][..], |person| &person.0[..])
    };
    let people = draft.entries.iter().map(about).collect();
    (people, draft.entries.iter().map(|it| it.1).collect())
}

/// The names of figures that move, and by how much.
fn moved(draft: &Draft<'_>) -> (Vec<i64>, Vec<i64>) {
    let moved = draft.tally.iter().filter(|(_, by)| **by != 0);
    moved.map(|(name, by)| (*name, *by)).unzip()
}

/// A call with the columns of items that are put.
fn put_items<'a>(draft: &'a Draft<'a>, call: Call<'a>) -> Call<'a> {
    let put = draft
        .items
        .iter()
        .filter_map(|(place, item)| Some((place, (*item)?)));
    let column = |of: fn(&StoredItem) -> i64| put.clone().map(|it| of(it.1)).collect();
    let origins: Vec<i64> = column(|it| i64::from(it.origin.0));
    let classes: Vec<i64> = column(|it| i64::from(it.class.0));
    let anchors: Vec<Option<i32>> = put.clone().map(|it| it.1.anchor.map(|day| day.0)).collect();
    let sealed: Vec<&[u8]> = put.clone().map(|it| &it.1.sealed[..]).collect();
    let call = of_items(call, put.map(|it| it.0));
    call.with(origins).with(classes).with(anchors).with(sealed)
}

fn people<'a>(draft: &'a Draft<'a>, calls: &mut Vec<Call<'a>>) {
    let version = |person| draft.versions.get(person).copied().map_or(0, signed);
    let (mut put, mut versions, mut states) = (Vec::new(), Vec::new(), Vec::new());
    let (mut moved, mut to) = (Vec::new(), Vec::new());
    for (person, state) in &draft.people {
        match state {
            Some(state) => {
                put.push(&person.0[..]);
                versions.push(version(person));
                states.push(*state);
            }
            None => {
                moved.push(&person.0[..]);
                to.push(version(person));
            }
        }
    }
    if !put.is_empty() {
        calls.push(
            Call::new(Sql::PutPeople)
                .with(put)
                .with(versions)
                .with(states),
        );
    }
    if !moved.is_empty() {
        calls.push(Call::new(Sql::MovePeople).with(moved).with(to));
    }
    if !draft.deleted.is_empty() {
        let people: Vec<&[u8]> = draft.deleted.iter().map(|it| &it.0[..]).collect();
        calls.push(Call::new(Sql::DeletePeople).with(people.clone()));
        calls.push(Call::new(Sql::LeaveOver).with(people));
    }
}

fn contents<'a>(draft: &'a Draft<'a>, calls: &mut Vec<Call<'a>>) {
    let gone = draft.items.iter().filter(|(_, item)| item.is_none());
    if draft.items.values().any(Option::is_none) {
        calls.push(items(Sql::DeleteItems, gone.map(|(place, _)| place)));
    }
    if draft.items.values().any(Option::is_some) {
        calls.push(put_items(draft, Call::new(Sql::PutItems)));
    }
    let (mut claimed, mut owners, mut given_up) = (Vec::new(), Vec::new(), Vec::new());
    for (hash, owner) in &draft.claims {
        match owner {
            Some(owner) => {
                claimed.push(&hash[..]);
                owners.push(&owner.0[..]);
            }
            None => given_up.push(&hash[..]),
        }
    }
    if !given_up.is_empty() {
        calls.push(Call::new(Sql::Unclaim).with(given_up));
    }
    if !claimed.is_empty() {
        calls.push(Call::new(Sql::Claim).with(claimed).with(owners));
    }
    anchors(draft, calls);
}

fn anchors<'a>(draft: &'a Draft<'a>, calls: &mut Vec<Call<'a>>) {
    let (mut put, mut put_classes, mut days) = (Vec::new(), Vec::new(), Vec::new());
    let (mut gone, mut gone_classes) = (Vec::new(), Vec::new());
    for ((person, class), day) in &draft.anchors {
        match day {
            Some(day) => {
                put.push(&person.0[..]);
                put_classes.push(i64::from(*class));
                days.push(day.0);
            }
            None => {
                gone.push(&person.0[..]);
                gone_classes.push(i64::from(*class));
            }
        }
    }
    if !gone.is_empty() {
        calls.push(Call::new(Sql::DeleteAnchors).with(gone).with(gone_classes));
    }
    if !put.is_empty() {
        calls.push(
            Call::new(Sql::PutAnchors)
                .with(put)
                .with(put_classes)
                .with(days),
        );
    }
}

fn records<'a>(draft: &'a Draft<'a>, calls: &mut Vec<Call<'a>>) {
    let (mut put, mut put_keys, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (mut gone, mut gone_keys) = (Vec::new(), Vec::new());
    for ((kind, key), value) in &draft.records {
        match value {
            Some(value) => {
                put.push(i16::from(*kind));
                put_keys.push(*key);
                values.push(*value);
            }
            None => {
                gone.push(i16::from(*kind));
                gone_keys.push(*key);
            }
        }
    }
    if !gone.is_empty() {
        calls.push(Call::new(Sql::DeleteRecords).with(gone).with(gone_keys));
    }
    if !put.is_empty() {
        calls.push(
            Call::new(Sql::PutRecords)
                .with(put)
                .with(put_keys)
                .with(values),
        );
    }
}
