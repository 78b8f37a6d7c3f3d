//! What is found of what was stored: items, identifiers, words, records, what is due, what is left
//! to clear.

use super::super::{ItemKey, WordKind};
use super::*;

pub async fn items_are_found_as_wanted<S: Store>(store: &S) -> Result<(), Failure> {
    let items: Vec<StoredItem> = [(2, 1), (1, 3), (3, 9), (1, 1), (300, 1), (2, 70_000)]
        .map(|(field, number)| item(field, number, 7, None))
        .into();
    let puts = items.iter().cloned().map(Write::PutItem).collect();
    done(store, creation(5, puts)).await?;
    done(
        store,
        creation(4, vec![Write::PutItem(item(1, 1, 7, None))]),
    )
    .await?;
    done(
        store,
        creation(6, vec![Write::PutItem(item(1, 1, 7, None))]),
    )
    .await?;

    let page = |after: Option<(u32, u32)>, limit| Wanted::Page {
        after: after.map(|(field, number)| (Word(field), number)),
        limit,
    };
    let fields = [Word(300), Word(1), Word(42), Word(1)];
    let cases = [
        (Wanted::Nothing, "[]"),
        (Wanted::Fields(&[]), "[]"),
        (Wanted::Fields(&fields), "[(1, 1), (1, 3), (300, 1)]"),
        (Wanted::One(Word(2), 70_000), "[(2, 70000)]"),
        (Wanted::One(Word(2), 2), "[]"),
        (page(None, 2), "[(1, 1), (1, 3)]"),
        (page(Some((1, 3)), 2), "[(2, 1), (2, 70000)]"),
        (page(Some((2, 70_000)), 9), "[(3, 9), (300, 1)]"),
        (page(Some((2, 2)), 1), "[(2, 70000)]"),
        (page(Some((300, 1)), 9), "[]"),
        (page(None, 0), "[]"),
    ];
    for (wanted, expected) in cases {
        let found = store.person(person(5), wanted).await?;
        let found = found.map_or(Vec::new(), |record| record.items);
        let keys: Vec<(u32, u32)> = found.iter().map(|it| (it.field.0, it.number)).collect();
        assert_eq!(format!("{keys:?}"), expected, "{wanted:?}");
        for it in found {
            assert!(items.contains(&it), "{it:?} is not as it was stored");
        }
    }

    // Replacing an item moves it from class to class and from day to day.
    let mut moved = item(1, 1, 8, Some(20));
    moved.sealed = vec![9; 5000];
    done(
        store,
        act(5, Expected::Nothing, vec![Write::PutItem(moved.clone())]),
    )
    .await?;
    let found = store.person(person(5), Wanted::One(Word(1), 1)).await?;
    assert_eq!(found.map(|record| record.items), Some(vec![moved]));
    let figures = store.figures().await?.items_by_class;
    assert_eq!(figures, [(Word(7), 7), (Word(8), 1)]);

    let people: Vec<PersonId> = [4, 5, 6].map(person).into();
    assert_eq!(Some(&store.people(None, 10).await?[..]), people.get(..));
    assert_eq!(
        Some(&store.people(Some(person(4)), 1).await?[..]),
        people.get(1..2)
    );
    assert_eq!(store.people(Some(person(6)), 9).await?, []);
    store.check().await
}

pub async fn identifiers_have_one_owner<S: Store>(store: &S) -> Result<(), Failure> {
    let (a, b) = ([1; 32], [2; 32]);
    done(store, creation(1, vec![Write::Claim(a), Write::Claim(b)])).await?;
    done(store, creation(2, Vec::new())).await?;
    let by = |number, write| act(number, Expected::Nothing, vec![write]);

    assert_eq!(one(store, by(2, Write::Claim(a))).await?, Outcome::Taken);
    done(store, by(1, Write::Claim(a))).await?;
    // Nobody gives up what belongs to somebody else.
    done(store, by(2, Write::Unclaim(a))).await?;
    assert_eq!(store.find(a).await?, Some(person(1)));
    done(store, by(1, Write::Unclaim(a))).await?;
    assert_eq!(store.find(a).await?, None);
    done(store, by(2, Write::Claim(a))).await?;
    assert_eq!(store.find(a).await?, Some(person(2)));

    // What a deleted person had claimed is free at once, and clearing takes nothing from the next
    // owner.
    done(store, by(1, Write::DeletePerson)).await?;
    assert_eq!(store.find(b).await?, None);
    done(store, by(2, Write::Claim(b))).await?;
    store.leftovers(1000).await?;
    assert_eq!(store.find(b).await?, Some(person(2)));
    assert_eq!(store.find([3; 32]).await?, None);
    store.check().await
}

pub async fn words_keep_their_numbers<S: Store>(store: &S) -> Result<(), Failure> {
    assert_eq!(store.words().await?, []);
    let email = store.intern(WordKind::Field, "email").await?;
    let event = store.intern(WordKind::Event, "email").await?;
    let phone = store.intern(WordKind::Field, "phone").await?;
    assert!(
        email != phone && email != event,
        "each word has a number of its own"
    );
    assert_eq!(store.intern(WordKind::Field, "email").await?, email);
    let mut words = store.words().await?;
    words.sort_by_key(|(_, _, word)| *word);
    let mut expected = vec![
        (WordKind::Field, "email".to_owned(), email),
        (WordKind::Event, "email".to_owned(), event),
        (WordKind::Field, "phone".to_owned(), phone),
    ];
    expected.sort_by_key(|(_, _, word)| *word);
    assert_eq!(words, expected);
    let long = "x".repeat(1 << 20);
    let refused = store.intern(WordKind::Origin, &long).await;
    assert!(matches!(refused, Err(Failure::Invalid(_))), "{refused:?}");
    store.check().await
}

pub async fn records_are_kept_in_order<S: Store>(store: &S) -> Result<(), Failure> {
    let about_nobody = |writes| Commit {
        person: None,
        ..act(0, Expected::Nothing, writes)
    };
    let puts = ["b", "a", "c"].map(|key| Write::PutRecord(record(key, key)));
    done(store, about_nobody(puts.into())).await?;
    let other = Record {
        kind: RecordKind::Token,
        ..record("a", "a token")
    };
    let change = vec![
        Write::PutRecord(record("b", "new")),
        Write::DeleteRecord(RecordKind::Setting, b"c".to_vec()),
        Write::DeleteRecord(RecordKind::Setting, b"d".to_vec()),
        Write::PutRecord(other.clone()),
    ];
    done(store, about_nobody(change)).await?;
    let settings = store.records(RecordKind::Setting).await?;
    assert_eq!(settings, [record("a", "a"), record("b", "new")]);
    assert_eq!(store.records(RecordKind::Token).await?, [other]);
    assert_eq!(store.record(RecordKind::Setting, b"c").await?, None);
    let found = store.record(RecordKind::Token, b"a").await?;
    assert_eq!(found.as_deref(), Some(&b"a token"[..]));
    store.check().await
}

pub async fn records_are_paged_and_booked<S: Store>(store: &S) -> Result<(), Failure> {
    let keys = ["a/1", "a/2", "a/3", "a0", "b/1"];
    let puts = keys.map(|key| Write::PutRecord(record(key, key)));
    store.book(puts.into()).await?;
    store
        .book(vec![Write::DeleteRecord(
            RecordKind::Setting,
            b"a/2".to_vec(),
        )])
        .await?;
    let page = async |begins: &str, after: Option<&str>, limit| {
        let after = after.map(str::as_bytes);
        let page = store.records_page(RecordKind::Setting, begins.as_bytes(), after, limit);
        let keys = page.await?.into_iter().map(|record| record.key);
        Ok::<_, Failure>(keys.collect::<Vec<_>>())
    };
    assert_eq!(page("a/", None, 9).await?, [b"a/1", b"a/3"]);
    assert_eq!(page("a/", Some("a/1"), 9).await?, [b"a/3"]);
    assert_eq!(page("a/", Some("a/3"), 9).await?, [b""; 0]);
    assert_eq!(page("", Some("a/3"), 1).await?, [b"a0"]);
    assert_eq!(page("\u{10ffff}", None, 9).await?, [b""; 0]);
    assert_eq!(page("a/", None, 0).await?, [b""; 0]);
    // Bookkeeping is no act: it has no entry, and cannot touch anybody.
    assert_eq!(store.staged(0, 10).await?, []);
    let about_somebody = store.book(vec![Write::PutState(vec![1])]).await;
    assert!(matches!(about_somebody, Err(Failure::Invalid(_))));
    store.check().await
}

pub async fn what_is_due_is_found_oldest_first<S: Store>(store: &S) -> Result<(), Failure> {
    let put = |field, number, class, day| Write::PutItem(item(field, number, class, day));
    let first = vec![
        put(1, 1, 7, Some(30)),
        put(1, 2, 7, Some(-5)),
        put(1, 3, 8, Some(1)),
        put(1, 4, 7, None),
    ];
    let second = vec![
        put(2, 1, 7, Some(10)),
        put(2, 2, 7, Some(30)),
        put(2, 3, 7, Some(31)),
    ];
    done(store, creation(1, first)).await?;
    done(store, creation(2, second)).await?;

    let key = |number, field, at| ItemKey {
        person: person(number),
        field: Word(field),
        number: at,
    };
    let due = [
        (Day(-5), key(1, 1, 2)),
        (Day(10), key(2, 2, 1)),
        (Day(30), key(1, 1, 1)),
        (Day(30), key(2, 2, 2)),
    ];
    assert_eq!(store.due_items(Word(7), Day(30), 10).await?, due);
    let page = store.due_items(Word(7), Day(30), 3).await?;
    assert_eq!(Some(&page[..]), due.get(..3));
    let counted = [(Day(-5), 1), (Day(10), 1), (Day(30), 2)];
    assert_eq!(store.count_due(Word(7), Day(30)).await?, counted);
    assert_eq!(store.count_due(Word(6), Day(30)).await?, []);

    let keys: Vec<ItemKey> = due.iter().map(|(_, key)| *key).take(3).collect();
    store.clear_items(&keys).await?;
    store.clear_items(&keys).await?;
    store.clear_items(&[]).await?;
    let left = [(Day(30), key(2, 2, 2)), (Day(31), key(2, 2, 3))];
    assert_eq!(store.due_items(Word(7), Day::NEVER, 10).await?, left);
    assert_eq!(whole(store, 1).await?.items.len(), 2);
    let figures = store.figures().await?.items_by_class;
    assert_eq!(figures, [(Word(7), 3), (Word(8), 1)]);
    store.check().await
}

pub async fn people_are_due_by_their_latest_day<S: Store>(store: &S) -> Result<(), Failure> {
    let anchored = |class: u32, old: Option<i32>, new: Option<i32>| Write::PutAnchor {
        class: Word(class),
        old: old.map(Day),
        new: new.map(Day),
    };
    done(store, creation(1, vec![anchored(9, None, Some(12))])).await?;
    let both = vec![anchored(9, None, Some(11)), anchored(8, None, Some(1))];
    done(store, creation(2, both)).await?;

    let people = [(Day(11), person(2)), (Day(12), person(1))];
    assert_eq!(store.due_people(Word(9), Day(12), 10).await?, people);
    let page = store.due_people(Word(9), Day(12), 1).await?;
    assert_eq!(Some(&page[..]), people.get(..1));
    let moved = vec![anchored(9, Some(11), Some(40)), anchored(8, Some(1), None)];
    done(store, act(2, Expected::Nothing, moved)).await?;
    let left = store.due_people(Word(9), Day(39), 9).await?;
    assert_eq!(Some(&left[..]), people.get(1..));
    assert_eq!(store.due_people(Word(9), Day(40), 9).await?.len(), 2);
    assert_eq!(store.due_people(Word(8), Day::NEVER, 9).await?, []);
    store.check().await
}

pub async fn deleted_people_are_cleared_step_by_step<S: Store>(store: &S) -> Result<(), Failure> {
    assert_eq!(store.leftovers(10).await?, (0, false));
    for number in 1..=3 {
        let items = (1..=10).map(|at| Write::PutItem(item(1, at, 7, Some(3))));
        let anchor = Write::PutAnchor {
            class: Word(7),
            old: None,
            new: Some(Day(1)),
        };
        let claim = Write::Claim([number; 32]);
        let more = items.chain([claim, anchor]).collect();
        done(store, creation(u64::from(number), more)).await?;
    }
    store.sequenced(3).await?;
    for number in [1, 3] {
        done(
            store,
            act(number, Expected::Nothing, vec![Write::DeletePerson]),
        )
        .await?;
    }
    // What is left of them is found by nobody.
    assert_eq!(store.due_items(Word(7), Day(9), 99).await?.len(), 10);
    assert_eq!(
        store.due_people(Word(7), Day(9), 99).await?,
        [(Day(1), person(2))]
    );
    assert_eq!(store.count_due(Word(7), Day(9)).await?, [(Day(3), 10)]);
    assert_eq!(store.figures().await?.people, 1);
    store.check().await?;

    let (mut rows, mut steps) = (0, 0);
    loop {
        let (done, left) = store.leftovers(4).await?;
        rows += done;
        steps += 1;
        assert!(steps < 50, "clearing comes to an end");
        if !left {
            break;
        }
    }
    assert!(
        rows >= 24,
        "ten items and a claim, an anchor and a trail each: {rows}"
    );
    assert!(steps >= 5, "a step is bounded: {steps}");
    assert_eq!(store.leftovers(10).await?, (0, false));
    assert_eq!(store.figures().await?.items_by_class, [(Word(7), 10)]);
    assert_eq!(store.find([2; 32]).await?, Some(person(2)));
    assert_eq!(whole(store, 2).await?.items.len(), 10);
    store.check().await
}
