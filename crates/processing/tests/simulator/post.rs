//! Messages handed over while the store breaks at every step, once losing it and once doing it all
//! the same: marketing leaves at most once, what is necessary at least once under the same token.

use crate::house::*;
use kept_processing::*;
use kept_terms::PersonId;
use kept_vault::store::failing::Step;

/// A house with one message in the queue.
async fn queued(purpose: &str) -> House {
    let house = House::new(41).await;
    let ada = record(&[("name", "Ada"), ("email", "ada@example.com")]);
    let ada = house.collect(ada).await;
    let message = Message::One(Outgoing::new(ada, "sample", purpose, "one"));
    let role = match purpose {
        "marketing" => "marketing",
        _ => "support",
    };
    house.act(&staff(role), Command::Message(message)).await;
    house
}

/// Hands over what is due, and notes the token of everything that a server would have got.
async fn round(house: &House, left: &mut Vec<String>, ended: Ended) -> Result<(), Failure> {
    for message in house.door.due_post(10).await? {
        if let Handing::Leave(parcel) = house.door.hand_out(&message).await? {
            left.push(parcel.token.clone());
            house.door.settle(&parcel.message, ended).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn marketing_leaves_at_most_once_and_what_is_necessary_at_least_once() {
    let mut broken = 0;
    for purpose in ["marketing", "answer-you"] {
        for at in [Step::Commit, Step::Book, Step::Records] {
            for after in 0..3 {
                for persisted in [false, true] {
                    let house = queued(purpose).await;
                    house.fail(at, after, persisted);
                    let mut left = Vec::new();
                    let failed = round(&house, &mut left, Ended::Taken).await.is_err();
                    broken += u32::from(failed);
                    let house = house.reopen().await;
                    house.door.recover_post().await.unwrap();
                    for _ in 0..3 {
                        round(&house, &mut left, Ended::Taken).await.unwrap();
                    }
                    let case = format!("{purpose} {at:?} {after} {persisted}: {left:?}");
                    if purpose != "marketing" {
                        left.dedup();
                    }
                    let stands = house.door.post(None, 10).await.unwrap();
                    let stands: Vec<_> = stands.iter().map(|it| it.state.word()).collect();
                    // The mark may stand although it was told to have failed: then nothing left.
                    let fits = match (purpose, &stands[..]) {
                        (_, ["gone"]) => left.len() == 1,
                        ("marketing", ["doubtful"]) => left.len() <= 1,
                        (_, _) => false,
                    };
                    assert!(fits, "{case} {stands:?}");
                    house.audit().await.unwrap();
                }
            }
        }
    }
    assert!(broken > 15, "{broken}");
}

#[tokio::test]
async fn marketing_that_may_have_left_is_left_alone() {
    for persisted in [false, true] {
        let house = queued("marketing").await;
        let mut left = Vec::new();
        // The contact is the first commit, how it ended the second.
        house.fail(Step::Commit, 1, persisted);
        assert!(round(&house, &mut left, Ended::Taken).await.is_err());
        assert_eq!(left.len(), 1);
        let house = house.reopen().await;
        let (doubtful, again) = house.door.recover_post().await.unwrap();
        assert_eq!((doubtful, again), (u64::from(!persisted), 0));
        house.clock.pass_days(20);
        round(&house, &mut left, Ended::Taken).await.unwrap();
        assert_eq!(left.len(), 1);
    }
}

#[tokio::test]
async fn what_was_done_with_is_forgotten_after_a_month_and_with_its_person() {
    let house = queued("answer-you").await;
    round(&house, &mut Vec::new(), Ended::Taken).await.unwrap();
    assert_eq!(house.door.tidy_post().await.unwrap(), 0);
    house.clock.pass_days(31);
    assert_eq!(house.door.tidy_post().await.unwrap(), 1);
    assert!(house.door.post(None, 10).await.unwrap().is_empty());

    let house = queued("answer-you").await;
    let person: PersonId = house.door.outgoing(None, 1).await.unwrap()[0].person;
    house
        .act(&Caller::person(), Command::Erase { person })
        .await;
    assert_eq!(house.door.post(None, 10).await.unwrap().len(), 1);
    assert_eq!(house.door.tidy_post().await.unwrap(), 1);
}
