//! Questions in bulk: each line of a file is a question of its own, and is answered by a line.

use crate::api::policy::question::Question;
use crate::cli::house::unreadable;
use crate::cli::{Ending, Failed, Outcome, Terminal};
use kept_policy::{Cited, Decision, Policy, View};
use kept_terms::Day;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Answers every question of a file, or of standard input.
///
/// It ends as refused if any of them is, and as faulty if any is not understood.
pub(super) fn answer(terminal: &Terminal, policy: &Policy, file: &Path, today: Day) -> Outcome {
    let lines: Box<dyn BufRead> = match file.as_os_str() == "-" {
        true => Box::new(std::io::stdin().lock()),
        false => {
            let open = File::open(file).map_err(|cause| unreadable(file, &cause))?;
            Box::new(BufReader::new(open))
        }
    };
    let mut ending = Ending::Done;
    for (line, number) in lines.lines().zip(1u64..) {
        let line = line.map_err(|cause| unreadable(file, &cause))?;
        let (one, answer) = match told(policy, &line, today) {
            Ok((true, answer)) => (Ending::Done, answer),
            Ok((false, answer)) => (Ending::Refused, answer),
            Err(failed) => (
                Ending::Faulty,
                json!({ "line": number, "error": failed.problem }),
            ),
        };
        ending = match (ending, one) {
            (Ending::Faulty, _) | (_, Ending::Faulty) => Ending::Faulty,
            (Ending::Refused, _) | (_, Ending::Refused) => Ending::Refused,
            (Ending::Done, Ending::Done) => Ending::Done,
        };
        terminal.line(answer);
    }
    Ok(ending)
}

/// Whether it would be permitted, and the answer in full.
fn told(policy: &Policy, line: &str, today: Day) -> Result<(bool, Value), Failed> {
    let question: Question =
        serde_json::from_str(line).map_err(|cause| Failed::new(cause.to_string()))?;
    let put = question.put(policy, today).map_err(|problem| {
        let told = serde_json::to_value(&problem).unwrap_or_default();
        let part = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
        Failed::new(format!("{} {}", part("place"), part("detail")).trim())
    })?;
    match put.decide(policy) {
        Decision::Permitted(permit) => {
            let clauses = permit.clauses().iter();
            let clauses = clauses.map(|clause| policy.citation(Cited::Clause(*clause)));
            let shows = put.holds().map(|(held, item)| {
                let view = match permit.view(item) {
                    View::Clear => "clear",
                    View::Masked => "masked",
                    View::Withheld => "withheld",
                };
                json!({ "field": held.field, "view": view })
            });
            let answer = json!({
                "permitted": true,
                "clauses": clauses.collect::<Vec<_>>(),
                "shows": shows.collect::<Vec<_>>(),
                "redacts": permit.redact(),
            });
            Ok((true, answer))
        }
        Decision::Refused(_) => Ok((false, super::in_json(&put.explain(policy)))),
    }
}
