//! Commits: conditions, atomicity, order, and many at a time.

use super::*;
use std::sync::Arc;
use tokio::task::JoinSet;

pub async fn people_come_change_and_go<S: Store>(store: &S) -> Result<(), Failure> {
    assert!(!is_there(store, 1).await?);
    done(
        store,
        creation(1, vec![Write::PutItem(item(1, 1, 7, Some(10)))]),
    )
    .await?;
    let first = whole(store, 1).await?;
    assert_eq!((first.version, &first.state), (1, &vec![1]));
    assert_eq!(first.items, [item(1, 1, 7, Some(10))]);

    let again = act(1, unchanged(&first), vec![Write::PutState(vec![2])]);
    done(store, again).await?;
    let second = whole(store, 1).await?;
    assert_eq!((second.version, &second.state), (2, &vec![2]));
    assert!(second.epoch > first.epoch, "a change moves the epoch");

    // An item alone counts as a change of the person, too.
    let more = vec![
        Write::PutItem(item(1, 2, 7, None)),
        Write::DeleteItem(Word(1), 1),
    ];
    done(store, act(1, Expected::Nothing, more)).await?;
    let third = whole(store, 1).await?;
    assert_eq!((third.version, &third.state), (3, &vec![2]));
    assert_eq!(third.items, [item(1, 2, 7, None)]);
    assert_eq!(store.figures().await?.people, 1);

    done(store, act(1, unchanged(&third), vec![Write::DeletePerson])).await?;
    assert!(!is_there(store, 1).await?);
    assert_eq!(store.people(None, 10).await?, []);
    assert_eq!(store.figures().await?.people, 0);
    // Nobody comes back under the same identifier while rows of theirs are left.
    assert_eq!(one(store, creation(1, Vec::new())).await?, Outcome::Moved);
    store.check().await
}

pub async fn another_is_set_aside_with_a_change_or_not_at_all<S: Store>(
    store: &S,
) -> Result<(), Failure> {
    let hash = [9; 32];
    done(store, creation(1, Vec::new())).await?;
    done(store, creation(2, vec![Write::Claim(hash)])).await?;
    let (first, second) = (whole(store, 1).await?, whole(store, 2).await?);
    let aside = |who: u64, version| Write::SetAside {
        person: person(who),
        version,
        state: vec![7],
        unclaimed: vec![hash],
    };
    let item = Write::PutItem(item(1, 1, 7, None));
    let with = |aside: Write| act(1, unchanged(&first), vec![item.clone(), aside]);
    for refused in [aside(2, second.version + 1), aside(3, 1), aside(1, 1)] {
        assert_eq!(one(store, with(refused)).await?, Outcome::Moved);
    }
    assert_eq!(whole(store, 1).await?.items, []);
    assert_eq!(whole(store, 2).await?.state, [1]);
    done(store, with(aside(2, second.version))).await?;
    let after = whole(store, 2).await?;
    assert_eq!((after.version, after.state), (second.version + 1, vec![7]));
    assert_eq!(store.find(hash).await?, None);
    // What was decided on before is decided again.
    assert_eq!(one(store, reading(2, &second)).await?, Outcome::Moved);
    store.check().await
}

pub async fn conditions_are_kept<S: Store>(store: &S) -> Result<(), Failure> {
    let read = Expected::Unchanged {
        version: 1,
        epoch: 0,
    };
    assert_eq!(
        one(store, act(1, read, Vec::new())).await?,
        Outcome::Moved,
        "nobody is there"
    );
    let item_alone = vec![Write::PutItem(item(1, 1, 7, None))];
    let to_nobody = act(1, Expected::Nothing, item_alone.clone());
    assert_eq!(
        one(store, to_nobody).await?,
        Outcome::Moved,
        "an item of nobody"
    );

    done(store, creation(1, Vec::new())).await?;
    assert_eq!(one(store, creation(1, Vec::new())).await?, Outcome::Moved);
    let new_reading = act(1, Expected::New, Vec::new());
    assert_eq!(one(store, new_reading).await?, Outcome::Moved);

    let before = whole(store, 1).await?;
    done(store, reading(1, &before)).await?;
    done(store, reading(1, &before)).await?;
    assert_eq!(
        whole(store, 1).await?.version,
        before.version,
        "a reading is no change"
    );

    // Another person's change is none of this one's business.
    done(store, creation(2, Vec::new())).await?;
    done(store, reading(1, &before)).await?;

    done(store, act(1, unchanged(&before), item_alone.clone())).await?;
    assert_eq!(one(store, reading(1, &before)).await?, Outcome::Moved);
    let stale = act(1, unchanged(&before), item_alone.clone());
    assert_eq!(one(store, stale).await?, Outcome::Moved);

    // What the epoch does not tell, the version does.
    let after = whole(store, 1).await?;
    for epoch in [0, before.epoch, after.epoch] {
        let expected = Expected::Unchanged {
            version: after.version,
            epoch,
        };
        done(store, act(1, expected, Vec::new())).await?;
    }

    // Within one call, the second sees what the first did.
    let pair = vec![act(1, unchanged(&after), item_alone), reading(1, &after)];
    let outcomes = store.commit(pair).await?;
    assert!(
        matches!(outcomes.as_slice(), [Outcome::Done(_), Outcome::Moved]),
        "{outcomes:?}"
    );

    let last = whole(store, 1).await?;
    done(store, act(1, Expected::Nothing, vec![Write::DeletePerson])).await?;
    assert_eq!(
        one(store, reading(1, &last)).await?,
        Outcome::Moved,
        "a deleted person"
    );
    store.check().await
}

pub async fn a_refused_commit_leaves_nothing<S: Store>(store: &S) -> Result<(), Failure> {
    let index = [7; 32];
    done(store, creation(1, vec![Write::Claim(index)])).await?;
    let everything = vec![
        Write::PutItem(item(1, 1, 7, Some(10))),
        Write::Claim([8; 32]),
        Write::PutAnchor {
            class: Word(7),
            old: None,
            new: Some(Day(3)),
        },
        Write::PutRecord(record("a", "b")),
        Write::Claim(index),
    ];
    let taken = creation(2, everything.clone());
    assert_eq!(one(store, taken).await?, Outcome::Taken);
    assert_eq!(one(store, creation(1, everything)).await?, Outcome::Moved);

    let key = (RecordKind::Idempotency, b"once".to_vec());
    let answer = Record {
        kind: key.0,
        key: key.1.clone(),
        value: b"done".to_vec(),
    };
    let mut once = creation(3, vec![Write::PutRecord(answer)]);
    once.absent = vec![key.clone()];
    done(store, once.clone()).await?;
    once.person = Some(person(4));
    assert_eq!(one(store, once).await?, Outcome::Repeated);

    assert!(!is_there(store, 2).await? && !is_there(store, 4).await?);
    assert_eq!(store.find([8; 32]).await?, None);
    assert_eq!(store.find(index).await?, Some(person(1)));
    assert_eq!(store.record(RecordKind::Setting, b"a").await?, None);
    assert_eq!(
        store.record(key.0, &key.1).await?.as_deref(),
        Some(&b"done"[..])
    );
    assert_eq!(store.due_items(Word(7), Day(100), 10).await?, []);
    assert_eq!(store.due_people(Word(7), Day(100), 10).await?, []);
    assert_eq!(
        store.staged(0, 10).await?.len(),
        2,
        "entries of what was done, no others"
    );
    assert_eq!(store.figures().await?.items_by_class, []);
    store.check().await
}

pub async fn commits_of_one_call_stand_alone<S: Store>(store: &S) -> Result<(), Failure> {
    assert_eq!(store.commit(Vec::new()).await?, []);
    let claim = || vec![Write::Claim([1; 32])];
    let commits = vec![
        creation(1, claim()),
        creation(2, claim()),
        creation(1, Vec::new()),
        creation(3, vec![Write::Claim([3; 32])]),
    ];
    let outcomes = store.commit(commits).await?;
    let expected = [
        Outcome::Done(0),
        Outcome::Taken,
        Outcome::Moved,
        Outcome::Done(1),
    ];
    assert_eq!(outcomes, expected);

    // More than any engine would take in one piece.
    let many = (100..3100).map(|number| {
        let items = (1..4).map(|at| Write::PutItem(item(1, at, 7, Some(5))));
        creation(number, items.collect())
    });
    let outcomes = store.commit(many.collect()).await?;
    let in_order = (2..3002).map(Outcome::Done);
    assert!(outcomes.into_iter().eq(in_order), "in order, without gaps");
    assert_eq!(store.figures().await?.people, 3002);
    assert_eq!(store.figures().await?.items_by_class, [(Word(7), 9000)]);
    assert_eq!(store.count_due(Word(7), Day(5)).await?, [(Day(5), 9000)]);
    store.check().await
}

pub async fn what_cannot_be_stored_is_refused<S: Store>(store: &S) -> Result<(), Failure> {
    done(store, creation(1, Vec::new())).await?;
    let nobody = |expected, writes| Commit {
        person: None,
        ..act(1, expected, writes)
    };
    let read = Expected::Unchanged {
        version: 1,
        epoch: 0,
    };
    let after_deletion = vec![Write::DeletePerson, Write::PutState(vec![3])];
    let mut long_item = item(1, 1, 7, None);
    long_item.sealed = vec![0; 64 << 20];
    let long_entry = Commit {
        entry: vec![0; 64 << 20],
        ..act(1, Expected::Nothing, Vec::new())
    };
    let wrong = [
        nobody(Expected::Nothing, vec![Write::DeletePerson]),
        nobody(Expected::New, Vec::new()),
        nobody(read, Vec::new()),
        act(2, Expected::New, vec![Write::PutItem(item(1, 1, 7, None))]),
        act(1, Expected::Nothing, after_deletion),
        act(1, Expected::Nothing, vec![Write::PutItem(long_item)]),
        long_entry,
    ];
    for (number, commit) in wrong.into_iter().enumerate() {
        // A call that holds one of these does nothing at all.
        let result = store.commit(vec![creation(9, Vec::new()), commit]).await;
        assert!(
            matches!(result, Err(Failure::Invalid(_))),
            "{number}: {result:?}"
        );
        assert!(!is_there(store, 9).await?, "{number}");
    }
    store.check().await
}

pub async fn one_of_many_gets_an_identifier<S: Store>(store: S) -> Result<(), Failure> {
    let store = Arc::new(store);
    let mut tasks = JoinSet::new();
    for number in 0..40 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let outcome = one(&*store, creation(number, vec![Write::Claim([5; 32])])).await;
            (number, outcome)
        });
    }
    let mut winners = Vec::new();
    while let Some(Ok((number, outcome))) = tasks.join_next().await {
        match outcome? {
            Outcome::Done(_) => winners.push(number),
            Outcome::Taken => {}
            other @ (Outcome::Moved | Outcome::Repeated) => assert_eq!(other, Outcome::Taken),
        }
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    let winner = winners.first().map(|number| person(*number));
    assert_eq!(store.find([5; 32]).await?, winner);
    assert_eq!(store.people(None, 100).await?.len(), 1);
    store.check().await
}

/// Many count on one person at once, each deciding on what it read: no count is lost.
pub async fn versions_count_every_change<S: Store>(store: S) -> Result<(), Failure> {
    let store = Arc::new(store);
    done(&*store, creation(1, Vec::new())).await?;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let store = Arc::clone(&store);
        tasks.spawn(async move { count_to(&*store, 20).await });
    }
    while let Some(Ok(result)) = tasks.join_next().await {
        result?;
    }
    let last = whole(&*store, 1).await?;
    assert_eq!(last.version, 161, "20 changes by each of 8");
    assert_eq!(last.state, 161_u64.to_be_bytes());
    store.check().await
}

async fn count_to<S: Store>(store: &S, times: u32) -> Result<(), Failure> {
    let mut counted = 0;
    while counted < times {
        let before = whole(store, 1).await?;
        let next = (before.version + 1).to_be_bytes().to_vec();
        let outcome = one(
            store,
            act(1, unchanged(&before), vec![Write::PutState(next)]),
        )
        .await?;
        match outcome {
            Outcome::Done(_) => counted += 1,
            Outcome::Moved => {}
            other @ (Outcome::Taken | Outcome::Repeated) => assert_eq!(other, Outcome::Moved),
        }
        // A reading of what was acknowledged holds, unless somebody else has changed it since.
        let seen = whole(store, 1).await?;
        assert!(seen.version > before.version || outcome == Outcome::Moved);
        if one(store, reading(1, &seen)).await? == Outcome::Moved {
            assert!(whole(store, 1).await?.version > seen.version);
        }
    }
    Ok(())
}
