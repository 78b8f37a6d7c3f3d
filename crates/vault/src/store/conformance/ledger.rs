//! Entries: their numbers, the staging area, the trail.

use super::*;

pub async fn entries_are_numbered_without_gaps<S: Store>(store: &S) -> Result<(), Failure> {
    assert_eq!(store.staged(0, 10).await?, []);
    assert_eq!(done(store, creation(1, Vec::new())).await?, 0);
    let refused = one(store, creation(1, Vec::new())).await?;
    assert_eq!(refused, Outcome::Moved);
    let about_nobody = Commit {
        person: None,
        expected: Expected::Nothing,
        absent: Vec::new(),
        writes: Vec::new(),
        entry: b"a refusal".to_vec(),
    };
    assert_eq!(done(store, about_nobody).await?, 1);
    assert_eq!(done(store, reading(1, &whole(store, 1).await?)).await?, 2);

    let staged = store.staged(0, 10).await?;
    let seen: Vec<_> = staged
        .iter()
        .map(|it| (it.index, it.person, &it.entry[..]))
        .collect();
    let about = Some(person(1));
    let expected = [
        (0, about, &b"an act on 1"[..]),
        (1, None, &b"a refusal"[..]),
        (2, about, &b"an act on 1"[..]),
    ];
    assert_eq!(seen, expected);
    let from_one = store.staged(1, 1).await?;
    assert_eq!(Some(&from_one[..]), staged.get(1..2));
    assert_eq!(store.staged(3, 9).await?, []);

    // The count goes on when nothing is staged any more.
    store.sequenced(3).await?;
    assert_eq!(store.staged(0, 10).await?, []);
    assert_eq!(done(store, reading(1, &whole(store, 1).await?)).await?, 3);
    assert_eq!(store.staged(0, 10).await?.len(), 1);
    store.check().await
}

pub async fn entries_move_to_the_trail<S: Store>(store: &S) -> Result<(), Failure> {
    done(store, creation(1, Vec::new())).await?;
    done(store, creation(2, Vec::new())).await?;
    let first = whole(store, 1).await?;
    let second = whole(store, 2).await?;
    let turns = (2..6000_u64).map(|index| {
        if index % 3 == 0 {
            reading(2, &second)
        } else {
            reading(1, &first)
        }
    });
    store.commit(turns.collect()).await?;
    let expected: Vec<u64> = (2..6000)
        .rev()
        .filter(|index| index % 3 == 0)
        .chain([1])
        .collect();

    // The same trail, however much of it has been sequenced.
    for below in [0, 1, 2, 3001, 3001, 10, 6000, 9000] {
        store.sequenced(below).await?;
        assert_eq!(
            store.trail(person(2), None, 10_000).await?,
            expected,
            "{below}"
        );
        let page = store.trail(person(2), Some(4000), 500).await?;
        let after = expected
            .iter()
            .copied()
            .filter(|index| *index < 4000)
            .take(500);
        assert!(page.into_iter().eq(after), "{below}");
        assert_eq!(store.trail(person(2), Some(1), 5).await?, Vec::<u64>::new());
        assert_eq!(store.trail(person(2), None, 0).await?, Vec::<u64>::new());
        assert_eq!(store.trail(person(3), None, 5).await?, Vec::<u64>::new());
    }
    assert_eq!(store.staged(0, 10).await?, []);
    assert_eq!(
        done(store, reading(1, &first)).await?,
        9000,
        "a ledger that has more than the rows know of goes on where it is"
    );
    store.check().await
}

pub async fn erased_people_leave_no_trail<S: Store>(store: &S) -> Result<(), Failure> {
    done(store, creation(1, Vec::new())).await?;
    done(store, creation(2, Vec::new())).await?;
    store.sequenced(1).await?;
    done(store, act(1, Expected::Nothing, vec![Write::DeletePerson])).await?;
    assert_eq!(store.trail(person(1), None, 10).await?, Vec::<u64>::new());
    let staged = store.staged(0, 10).await?;
    assert_eq!(staged.len(), 2, "the entry of the erasure is there");
    loop {
        let (_, left) = store.leftovers(10).await?;
        if !left {
            break;
        }
    }
    // What is sequenced after the clearing is no trail of somebody who is gone.
    store.sequenced(3).await?;
    done(store, creation(1, Vec::new())).await?;
    assert_eq!(store.trail(person(1), None, 10).await?, [3]);
    assert_eq!(store.trail(person(2), None, 10).await?, [1]);
    store.check().await
}
