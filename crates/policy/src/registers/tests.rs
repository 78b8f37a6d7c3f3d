//! Registers of a small policy, held to its clauses, and the vocabulary's terms read by somebody
//! else's library.

use super::*;
use crate::{Source, compile};
use oxrdf::{NamedNode, Term, Triple};
use std::collections::BTreeSet;
use std::path::Path;

fn policy() -> Policy {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "md") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            sources.push(Source::new(name, std::fs::read_to_string(path).unwrap()));
        }
    }
    compile(&sources).0.unwrap()
}

fn registers() -> Registers {
    Registers::new(&policy(), &Evidence::default())
}

#[test]
fn every_use_and_every_disclosure_is_registered() {
    let policy = policy();
    let registers = registers();
    for clause in policy.clauses() {
        let name = clause.full_name.to_string();
        let is_registered = match &clause.body {
            Body::Use(_) | Body::Collect(_) => {
                let mut activities = registers.activities.iter();
                activities.any(|activity| activity.clauses.contains(&name))
            }
            Body::Disclose(_) => registers.receivers.iter().any(|it| it.clause == name),
            Body::Transfer(_)
            | Body::Keep(_)
            | Body::Hold(_)
            | Body::Requests(_)
            | Body::Grant(_)
            | Body::Refuse(_)
            | Body::Secure(_)
            | Body::Answer(_)
            | Body::Notify(_)
            | Body::Define { .. } => true,
        };
        assert!(is_registered, "{name}");
    }
    let marketing = registers
        .activities
        .iter()
        .find(|it| it.purpose == "marketing");
    let marketing = marketing.unwrap();
    assert!(marketing.data.iter().any(|datum| datum.field == "email"));
    assert!(!marketing.retention.is_empty() && !marketing.people.is_empty());
}

#[test]
fn every_border_has_a_row_and_names_its_instrument() {
    let policy = policy();
    for crossing in registers().crossings {
        assert!(!crossing.from.contains(&crossing.to), "{crossing:?}");
        let Some(instrument) = &crossing.instrument else {
            continue;
        };
        assert!(policy.words.instruments.id(instrument).is_some());
        let routed = |clause: &String| clause.contains("#transfer.");
        assert!(crossing.clauses.iter().any(routed), "{crossing:?}");
    }
}

#[test]
fn tables_have_a_cell_for_every_column() {
    let registers = registers();
    fn check<R: Row>(rows: &[R]) {
        assert!(!rows.is_empty());
        for row in rows {
            assert_eq!(row.cells().len(), R::COLUMNS.len());
        }
        assert_eq!(csv(rows).matches("\r\n").count(), rows.len() + 1);
    }
    check(&registers.activities);
    check(&registers.crossings);
    check(&registers.receivers);
}

#[test]
fn the_vocabulary_is_read_by_another_library() {
    let registers = registers();
    let text = dpv(&registers).to_string();
    let parser = oxjsonld::JsonLdParser::new();
    let quads: Vec<_> = parser
        .for_slice(text.as_bytes())
        .map(|quad| quad.unwrap())
        .collect();
    let triples: BTreeSet<String> = quads
        .iter()
        .map(|quad| Triple::from(quad.clone()).to_string())
        .collect();
    let node = |iri: &str| NamedNode::new(iri).unwrap();
    let of = |predicate: &str| {
        let predicate = node(predicate);
        quads.iter().filter(move |quad| quad.predicate == predicate)
    };
    let processes = of("https://w3id.org/dpv#hasProcess").count();
    let routed = registers
        .crossings
        .iter()
        .filter(|it| it.instrument.is_some());
    assert_eq!(processes, registers.activities.len() + routed.count());
    // Every activity has a purpose, a legal basis, data and a controller, under full names.
    for (predicate, at_least) in [
        ("hasPurpose", registers.activities.len()),
        ("hasLegalBasis", registers.activities.len()),
        ("hasPersonalData", registers.activities.len()),
    ] {
        let found = of(&format!("https://w3id.org/dpv#{predicate}")).count();
        assert!(found >= at_least, "{predicate}: {found} of {at_least}");
    }
    let names = |term: &Term| match term {
        Term::NamedNode(name) => Some(name.as_str().to_owned()),
        _ => None,
    };
    for quad in &quads {
        for iri in [
            Some(quad.predicate.as_str().to_owned()),
            names(&quad.object),
        ] {
            let known = CONTEXT.iter().map(|(_, iri)| *iri);
            let known: Vec<&str> = known
                .chain(["urn:kept:policy:", "https://w3id.org/dpv", "mailto:"])
                .collect();
            let Some(iri) = iri else { continue };
            assert!(known.iter().any(|known| iri.starts_with(known)), "{iri}");
        }
    }
    assert!(triples.len() > 200, "{}", triples.len());
}
