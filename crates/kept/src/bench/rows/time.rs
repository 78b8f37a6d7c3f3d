//! How long things take that must not grow with what is stored; and what one core does alone.

use super::super::house::{self, House};
use super::super::load::cpu_seconds;
use super::super::{Row, Size, Trouble};
use super::thousands;
use crate::ambient::Stopwatch;
use kept_policy::{Actor, Decision, Facts, PersonFacts, Request, decide};
use kept_processing::{Caller, Command, Effect, Published};
use kept_terms::{Act, ActorKind, Day, Right, Set};
use std::hint::black_box;
use std::time::Duration;

/// One decision.
pub fn decision(size: Size) -> Result<Vec<Row>, Trouble> {
    let (policy, _) = house::policy(90)?;
    let words = &policy.words;
    let field = words.fields.id("email").ok_or("no field")?;
    let purpose = words.purposes.id("answer-you").ok_or("no purpose")?;
    let class = words.classes.iter().next().ok_or("no class")?.0;
    let actor = Actor {
        kind: ActorKind::Machine,
        role: words.roles.id("clerk"),
        purposes: None,
        home: None,
    };
    let request = Request {
        purpose: Some(purpose),
        fields: Set::of(field),
        ..Request::new(Act::Use, actor)
    };
    let person = PersonFacts {
        country: "US".parse().ok(),
        ..PersonFacts::default()
    };
    let items = [policy.item(1, field, Set::of(purpose), class, Day(20_000))];
    let facts = Facts {
        person: &person,
        items: &items,
        recipient: None,
    };
    let watch = Stopwatch::start();
    let count = size.acts * 10;
    for _ in 0..count {
        let decided = decide(&policy, black_box(&request), black_box(&facts), Day(20_001));
        if let Decision::Refused(_) = black_box(decided) {
            return Err("the decision is a refusal".into());
        }
    }
    let nanos = watch.elapsed().as_nanos() as f64 / count as f64;
    Ok(vec![Row {
        work: "one decision".to_owned(),
        kept: format!("{nanos:.0} ns"),
        beside: "–".to_owned(),
        ratio: None,
        latency_micros: None,
        bar: "under 1 µs",
        reached: Some(nanos < 1_000.0),
    }])
}

fn same_time(work: &str, small: Duration, large: Duration, sizes: &str) -> Row {
    let ratio = small.as_secs_f64() / large.as_secs_f64();
    Row {
        work: format!("{work}, {sizes}"),
        kept: format!("{:.1} ms", large.as_secs_f64() * 1_000.0),
        beside: format!("the small one {:.1} ms", small.as_secs_f64() * 1_000.0),
        ratio: Some(ratio),
        latency_micros: None,
        bar: "the same time, within 2×",
        reached: Some(ratio >= 0.5),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Erasing a person of few items and one of many.
pub async fn erasing(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let (mut small, mut large) = (Vec::new(), Vec::new());
    for turn in 0..size.turns {
        for (items, times) in [(10, &mut small), (size.items, &mut large)] {
            let person = house
                .person_with(&format!("erase{turn}of{items}"), items)
                .await?;
            let watch = Stopwatch::start();
            let erase = Command::Erase { person };
            let performed = house.door.perform(&Caller::person(), &erase).await?;
            times.push(watch.elapsed());
            if performed.outcome.is_err() {
                return Err("the erasure was refused".into());
            }
        }
    }
    let sizes = format!("{} items beside 10", thousands(size.items as f64));
    Ok(vec![same_time(
        "erase a person",
        median(small),
        median(large),
        &sizes,
    )])
}

/// Sweeping many items that fall due on one day.
pub async fn sweeping(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let people = size.items / 100;
    for number in 0..people.max(1) {
        house.person_with(&format!("sweep{number}"), 100).await?;
    }
    house.door.sweep(None).await?;
    house.clock.by_days(91);
    let (watch, worked) = (Stopwatch::start(), cpu_seconds());
    let swept = house.door.sweep(Some(house.today())).await?;
    let passed = watch.elapsed().as_secs_f64();
    let worked = cpu_seconds() - worked;
    let rate = swept.items as f64 / if worked > 0.0 { worked } else { passed };
    Ok(vec![Row {
        work: format!(
            "sweep {} items due on one day",
            thousands(swept.items as f64)
        ),
        kept: format!("{} rows/s, {} key(s)", thousands(rate), swept.keys),
        beside: format!("unreadable before; {passed:.1} s"),
        ratio: None,
        latency_micros: None,
        bar: "at least 50,000 rows a second of a core",
        reached: Some(rate >= 50_000.0),
    }])
}

/// Changing a retention period, and a person's objection, with few and with many items stored.
pub async fn changing(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let mut periods = [Vec::new(), Vec::new()];
    let mut objections = [Vec::new(), Vec::new()];
    let mut person = house.person_with("few", 10).await?;
    for stage in 0..2 {
        if stage == 1 {
            person = house.person_with("many", size.items).await?;
        }
        for turn in 0..size.turns {
            let days = 60 + u32::try_from(turn)?;
            let (policy, text) = house::policy(days)?;
            let sources = vec![("bench.md".to_owned(), text)];
            let watch = Stopwatch::start();
            let caller = Caller::system("bench");
            let published = house.door.publish(&caller, policy, sources).await?;
            if published != Published::InForce {
                return Err("a version of the benchmark is not in force".into());
            }
            periods
                .get_mut(stage)
                .ok_or("no stage")?
                .push(watch.elapsed());
            let purpose = "answer-you".to_owned();
            let object = Command::Object {
                person,
                purpose,
                objects: turn % 2 == 0,
            };
            let watch = Stopwatch::start();
            house.door.perform(&Caller::person(), &object).await?;
            objections
                .get_mut(stage)
                .ok_or("no stage")?
                .push(watch.elapsed());
        }
    }
    let sizes = format!("{} items beside 10", thousands(size.items as f64));
    let [few, many] = periods.map(median);
    let [some, all] = objections.map(median);
    Ok(vec![
        same_time("change a retention period", few, many, &sizes),
        same_time("take a person's objection", some, all, &sizes),
    ])
}

/// The first page of everything stored about a person of many items.
pub async fn exporting(size: Size) -> Result<Vec<Row>, Trouble> {
    let house = House::new().await?;
    let items = 10_000.min(size.items);
    let person = house.person_with("export", items).await?;
    let watch = Stopwatch::start();
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    let performed = house.door.perform(&Caller::person(), &export).await?;
    let Ok(Effect::Export(mut export)) = performed.outcome else {
        return Err("the export was refused".into());
    };
    let first = export
        .next_page(&house.door)
        .await?
        .ok_or("nothing is stored")?;
    let until_first = watch.elapsed();
    let mut count = first.len();
    while let Some(page) = export.next_page(&house.door).await? {
        count += page.len();
    }
    let whole = watch.elapsed();
    Ok(vec![Row {
        work: format!("access package of {} items", thousands(count as f64)),
        kept: format!(
            "first page after {:.1} ms",
            until_first.as_secs_f64() * 1_000.0
        ),
        beside: format!("all after {:.0} ms", whole.as_secs_f64() * 1_000.0),
        ratio: None,
        latency_micros: None,
        bar: "first page in under 50 ms",
        reached: Some(until_first < Duration::from_millis(50)),
    }])
}

/// Starting up on few items and on many: one large person, and as many people as are measured with.
pub async fn starting(size: Size) -> Result<Vec<Row>, Trouble> {
    let (few, _) = started(1_000, 10).await?;
    let (many, stored) = started(size.people, size.stored).await?;
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    Ok(vec![Row {
        work: format!("start again with {} items", thousands(stored as f64)),
        kept: format!("{:.0} ms", millis(many)),
        beside: format!("1,010 items {:.0} ms", millis(few)),
        ratio: Some(few.as_secs_f64() / many.as_secs_f64()),
        latency_micros: None,
        bar: "under 1 s with 10,000,000 items",
        reached: (many > Duration::from_secs(1) || stored >= 10_000_000)
            .then_some(many < Duration::from_secs(1)),
    }])
}

/// How long opening takes with so many people and items; what is closed before is not measured.
async fn started(people: usize, items: usize) -> Result<(Duration, usize), Trouble> {
    let house = House::new().await?;
    house.fill(people).await?;
    house.people_with("start", items.min(20), items).await?;
    let (taken, house) = house.reopened_after().await?;
    drop(house);
    Ok((taken, people + items))
}
