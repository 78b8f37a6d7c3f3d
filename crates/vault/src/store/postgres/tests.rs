//! What is particular to this engine, on a server of its own.

use super::*;
use crate::store::conformance::conformance;
use kept_testing::cluster::Cluster;
use secrecy::SecretString;
use std::cell::Cell;

fn options(schema: &str) -> Options {
    Options {
        readers: 2,
        schema: schema.to_owned(),
        ..Options::default()
    }
}

fn address() -> Address {
    Address::new(SecretString::from(Cluster::shared().address())).unwrap()
}

async fn open(schema: &str) -> Postgres {
    Postgres::open(&address(), &options(schema)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms() {
    let count = Cell::new(0);
    let make = async || {
        count.set(count.get() + 1);
        open(&format!("conforms_{}", count.get())).await
    };
    conformance(make).await.unwrap();
}
