//! Measures reading through the door; a scratch pad.
#![allow(
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::panic,
    clippy::indexing_slicing
)]
use kept_policy::{Source, compile};
use kept_processing::*;
use kept_terms::*;
use std::sync::Arc;
struct Now;
impl Clock for Now {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
struct Rnd;
impl Randomness for Rnd {
    fn fill(&self, b: &mut [u8]) {
        aws_lc_rs::rand::fill(b).unwrap()
    }
}
#[tokio::main(worker_threads = 2)]
async fn main() {
    let n: usize = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(20_000);
    let mut sources = Vec::new();
    for e in std::fs::read_dir("policies/mediaocean").unwrap() {
        let p = e.unwrap().path();
        if p.extension().is_some_and(|e| e == "md") {
            sources.push(Source::new(
                p.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(p).unwrap(),
            ));
        }
    }
    let policy = Arc::new(compile(&sources).0.unwrap());
    let dir = std::path::PathBuf::from("/tmp/scratch/speed");
    let _ = std::fs::remove_dir_all(&dir);
    let door = Arc::new(
        Folder::new(&dir)
            .open(policy, Arc::new(Now), Arc::new(Rnd))
            .await
            .unwrap(),
    );
    let caller = Caller {
        id: "token:bench".into(),
        kind: ActorKind::Machine,
        role: Some("support".into()),
        purposes: None,
    };
    let t = std::time::Instant::now();
    let mut tasks = Vec::new();
    let per = n / 64;
    for k in 0..64 {
        let (door, caller) = (door.clone(), caller.clone());
        tasks.push(tokio::spawn(async move {
            let mut ids = Vec::new();
            for i in 0..per {
                let c = Command::Collect(Collect {
                    values: vec![("email".into(), Given::Text(format!("p{k}x{i}@example.com")))],
                    country: "US".parse().ok(),
                    ..Collect::through("website-form")
                });
                match door.perform(&caller, &c).await.unwrap().outcome {
                    Ok(Effect::Stored { person, .. }) => ids.push(person),
                    Ok(_) => {}
                    Err(r) => panic!("{:?}", r.grounds),
                }
            }
            ids
        }));
    }
    let mut ids = Vec::new();
    for t in tasks {
        ids.extend(t.await.unwrap());
    }
    println!(
        "collect new people: {:.0}/s",
        ids.len() as f64 / t.elapsed().as_secs_f64()
    );
    let ids = Arc::new(ids);
    for flight in [64usize, 256] {
        let t = std::time::Instant::now();
        let total = 200_000;
        let mut tasks = Vec::new();
        for k in 0..flight {
            let (door, caller, ids) = (door.clone(), caller.clone(), ids.clone());
            tasks.push(tokio::spawn(async move {
                let mut x = k as u64 * 7919 + 1;
                for _ in 0..total / flight {
                    x = x
                        .wrapping_mul(6364136223846793005)
                        .wrapping_add(1442695040888963407);
                    let p = ids[(x >> 33) as usize % ids.len()];
                    let c = Command::Use(Use {
                        person: p,
                        purpose: "answer-you".into(),
                        fields: vec!["email".into()],
                    });
                    match door.perform(&caller, &c).await.unwrap().outcome {
                        Ok(Effect::Values(v)) => assert_eq!(v.len(), 1),
                        _ => panic!(),
                    }
                }
            }));
        }
        for t in tasks {
            t.await.unwrap();
        }
        println!(
            "read at {flight}: {:.0}/s",
            total as f64 / t.elapsed().as_secs_f64()
        );
    }
    let t = std::time::Instant::now();
    let size = door.sequence().await.unwrap();
    println!("sequenced {size} in {:?}", t.elapsed());
}
