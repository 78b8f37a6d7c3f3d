//! The demonstration: sample input taken in, a day of acts, the proofs, and then the server.
//! It has no way of its own to anything; all it does, the command line and the API can do too.

mod day;
mod office;
mod samples;
mod scene;

use crate::cli::{Ending, Failed, House, Outcome, Place, Terminal, collect, serve};
use crate::logging;
use crate::server::{Server, told_to_stop};
use kept_ledger::Receipt;
use kept_processing::{Failure, Published};
use scene::Scene;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;

/// Shows everything at work, and serves where an address to listen on is given.
pub(crate) async fn run(terminal: &Terminal, place: &Place, listen: Option<SocketAddr>) -> Outcome {
    let is_used = place.folder()?.is_used();
    let shown = place.data.display().to_string();
    let (house, server) = open(place, listen).await?;
    welcome(terminal, &house, &shown, is_used);

    let mut scene = Scene::new(&house);
    office::list_courses(&mut scene).await?;
    terminal.say("\nThe samples come in\n");
    for parcel in samples::unpack(&place.data)? {
        let going = AtomicBool::new(false);
        collect::take_in_all(terminal, place, Some(&house), &parcel, &going).await?;
    }

    if !is_used {
        day::record_a_call(&mut scene).await?;
    }
    let tokens = office::prepare(&mut scene).await?;
    let person = day::live(&mut scene).await?;
    let erased = day::erase(&mut scene, person).await?;
    house.door.sequence().await?;
    scene.print(terminal)?;
    prove(terminal, &house, erased).await?;
    clean_up(terminal, &house).await?;
    let count = scene.surprises;
    if count > 0 {
        let failed = Failed::new(format!(
            "{count} acts did not end as the demonstration expects"
        ));
        return Err(failed.help("it expects the policy that comes with Kept"));
    }
    let Some(server) = server else {
        terminal.say("\n`kept demo` without --once would serve now; so does `kept serve`");
        return Ok(Ending::Done);
    };
    let known = day::somebody(&house).await?;
    where_to_look(terminal, &server, &tokens, known.as_deref());
    drop(house);
    server.run(told_to_stop()).await?;
    terminal.say("stopped; everything is kept, and `kept demo` or `kept serve` goes on with it");
    Ok(Ending::Done)
}

/// Opens the data folder; with an address, the server comes first, so that a port in use is told
/// before anything is done.
async fn open(
    place: &Place,
    listen: Option<SocketAddr>,
) -> Result<(House, Option<Server>), Failed> {
    let Some(listen) = listen else {
        return Ok((place.open_or_make(true).await?, None));
    };
    place.compile()?;
    let mut settings = serve::settings(place, listen)?;
    settings.log_filter = "warn".to_owned();
    logging::start(settings.log_format, &settings.log_filter, None)?;
    let server = Server::open(settings).await?;
    let (door, policy) = (server.door.clone(), server.door.policy());
    let published = Published::InForce;
    let house = House {
        door,
        policy,
        published,
    };
    Ok((house, Some(server)))
}

fn welcome(terminal: &Terminal, house: &House, shown: &str, is_used: bool) {
    let policy = &house.policy;
    let (documents, clauses) = (policy.documents.len(), policy.clauses().count());
    let began = match is_used {
        true => format!("`{shown}` holds data already: the demonstration goes on with it"),
        false => format!("`{shown}` was made, with a root key that only you can read"),
    };
    let digest = policy.digest.to_string();
    let text = format!(
        "The policy: {documents} documents with {clauses} clauses, without error.\n\
         Its name is {digest}.\nThe data: {began}.",
    );
    terminal.give(
        text,
        || json!({ "policy": digest, "clauses": clauses, "data": shown, "resumed": is_used }),
    );
}

/// Shows the receipt of the erasure, and checks it with nothing but the ledger's key.
async fn prove(terminal: &Terminal, house: &House, erased: u64) -> Result<(), Failed> {
    let receipt = house.door.receipt(erased).await?.to_string();
    let key = house.door.verifier();
    terminal.say(format!(
        "\nThe receipt of the erasure, for the person to keep\n\n{receipt}"
    ));
    let parsed = Receipt::parse(&receipt).map_err(|fault| Failed::new(fault.to_string()))?;
    let (checkpoint, entry) = parsed
        .open(std::slice::from_ref(key))
        .map_err(|fault| Failed::new(fault.to_string()))?;
    let (size, entry) = (
        checkpoint.size(),
        String::from_utf8_lossy(entry).into_owned(),
    );
    let text =
        format!("It proves that this is entry {erased} of {size}, signed by `{key}`:\n{entry}");
    terminal.give(
        text,
        || json!({ "receipt": receipt, "key": key.to_string(), "size": size }),
    );
    Ok(())
}

async fn clean_up(terminal: &Terminal, house: &House) -> Result<(), Failed> {
    terminal.say("\nThe sweep and the audit\n");
    match house.door.sweep(None).await {
        Ok(swept) => terminal.give(
            format!("swept: {} items were past their day", swept.items),
            || json!({ "swept": swept.items }),
        ),
        // After a long pause nothing is destroyed before somebody has looked at the clock.
        Err(failure @ Failure::Invalid { .. }) => {
            terminal.give(format!("not swept: {failure}"), || json!({ "swept": null }));
        }
        Err(failure) => return Err(failure.into()),
    }
    let audited = house.door.audit(&mut |_| {}).await?;
    let text = format!(
        "sound: {} people, {} items, {} ledger entries derived again",
        audited.people, audited.items, audited.entries
    );
    terminal.give(
        text,
        || json!({ "people": audited.people, "items": audited.items, "entries": audited.entries }),
    );
    Ok(())
}

fn where_to_look(
    terminal: &Terminal,
    server: &Server,
    tokens: &office::Tokens,
    known: Option<&str>,
) {
    let address = server.address;
    let (support, marketing, known) = (&tokens.support, &tokens.marketing, known.unwrap_or("…"));
    let body = |purpose: &str, fields: &str| {
        format!(r#"{{"person":"{known}","purpose":"{purpose}","fields":[{fields}]}}"#)
    };
    let call = |token: &str, body: String| {
        format!(
            "  curl -s http://{address}/v1/use -H 'Authorization: Bearer {token}' \\\n    \
             -H 'Content-Type: application/json' \\\n    -d '{body}'"
        )
    };
    let text = format!(
        "\nWhere to look\n\n  \
         the policy, with each promise's standing  http://{address}/\n  \
         the API                                   http://{address}/openapi.json\n  \
         the ledger                                http://{address}/ledger/checkpoint\n\n\
         Support reads, to answer (the tokens last a day):\n\n{}\n\n\
         Marketing asks for the same, and is refused with the clauses:\n\n{}\n\n\
         Serving; Ctrl-C stops it.",
        call(support, body("answer-you", r#""name","email""#)),
        call(marketing, body("answer-you", r#""name","email""#)),
    );
    terminal.give(text, || {
        json!({
            "address": address.to_string(),
            "person": known,
            "tokens": { "support": support, "marketing": marketing, "office": tokens.office },
        })
    });
}
