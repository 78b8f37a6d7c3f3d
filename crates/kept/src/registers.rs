//! The registers of the policy in the forms in which they leave: tables, JSON, linked data.
//! What stands in them is the policy's.

use kept_policy::registers::{Registers, csv, dpv};
use serde_json::json;

/// A register.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Register {
    /// What is done with personal data (GDPR Art. 30).
    Activities,
    /// What crosses which border, under which instrument.
    Transfers,
    /// Who receives what, and what is on record about them.
    Recipients,
}

/// A form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Form {
    /// A table that a spreadsheet opens.
    Csv,
    /// JSON.
    Json,
    /// The terms of the Data Privacy Vocabulary (DPV 2.3), as JSON-LD: all registers in one.
    Jsonld,
}

impl Register {
    /// The register as text.
    pub fn text(self, registers: &Registers, form: Form) -> String {
        let policy = &registers.policy;
        match (form, self) {
            (Form::Jsonld, _) => format!("{:#}\n", dpv(registers)),
            (Form::Csv, Register::Activities) => csv(&registers.activities),
            (Form::Csv, Register::Transfers) => csv(&registers.crossings),
            (Form::Csv, Register::Recipients) => csv(&registers.receivers),
            (Form::Json, Register::Activities) => {
                let all = json!({ "policy": policy, "activities": registers.activities });
                format!("{all:#}\n")
            }
            (Form::Json, Register::Transfers) => {
                let all = json!({ "policy": policy, "transfers": registers.crossings });
                format!("{all:#}\n")
            }
            (Form::Json, Register::Recipients) => {
                let all = json!({ "policy": policy, "recipients": registers.receivers });
                format!("{all:#}\n")
            }
        }
    }

    /// Finds the register and the form that a file's name asks for, such as `transfers.csv`.
    pub fn from_file(name: &str) -> Option<(Register, Form)> {
        let (stem, end) = name.split_once('.')?;
        let register = match stem {
            "activities" => Register::Activities,
            "transfers" => Register::Transfers,
            "recipients" => Register::Recipients,
            _ => return None,
        };
        Some((register, Form::from_end(end)?))
    }
}

impl Form {
    fn from_end(end: &str) -> Option<Form> {
        match end {
            "csv" => Some(Form::Csv),
            "json" => Some(Form::Json),
            "jsonld" => Some(Form::Jsonld),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Form::Csv => "text/csv; charset=utf-8; header=present",
            Form::Json => "application/json",
            Form::Jsonld => "application/ld+json",
        }
    }
}
