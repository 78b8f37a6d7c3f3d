//! The JSON Schema of a clause block, so that editors complete and check clauses as they are typed.
//! It follows the tables of `shape`, as the compiler does; what words mean to each other only the
//! compiler knows.

use crate::shape::{Form, Key, Kind, VERBS, WORDS};
use kept_terms::{Name, Right};
use serde_json::{Map, Value, json};

/// A period as `Period` reads it.
const PERIOD: &str = "^P(?=[0-9])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$";
/// A name as `Name` reads it, but for the number of its digits.
const NAME: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

/// The JSON Schema (draft 2020-12) of a clause block.
pub fn schema() -> Value {
    let mut verbs = Map::new();
    for shape in VERBS {
        let forms: Vec<Value> = shape.forms.iter().map(form).collect();
        let clause = match forms.as_slice() {
            [only] => only.clone(),
            several => json!({ "oneOf": several }),
        };
        let mut verb = named(&clause, shape.doc);
        if shape.verb == crate::Verb::Grant {
            let rights: Vec<&str> = Right::ALL.iter().map(|right| right.word()).collect();
            set(&mut verb, "propertyNames", json!({ "enum": rights }));
        }
        verbs.insert(shape.verb.word().to_owned(), verb);
    }
    let mut kinds = Map::new();
    for shape in WORDS {
        let word = named(&table(shape.keys), shape.doc);
        kinds.insert(shape.kind.word().to_owned(), word);
    }
    verbs.insert(
        "define".to_owned(),
        json!({
            "type": "object",
            "description": "the words",
            "properties": kinds,
            "additionalProperties": false,
        }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A clause block of a Kept policy document",
        "description": "Tables named `[verb.name]`, or `[define.kind.name]`.",
        "type": "object",
        "properties": verbs,
        "additionalProperties": false,
    })
}

fn set(value: &mut Value, key: &str, to: Value) {
    if let Value::Object(map) = value {
        map.insert(key.to_owned(), to);
    }
}

/// A table whose keys are names of the author's and whose values are all alike.
fn named(value: &Value, doc: &str) -> Value {
    json!({
        "type": "object",
        "description": doc,
        "propertyNames": { "pattern": NAME, "maxLength": Name::LENGTH_MAX },
        "additionalProperties": value,
    })
}

fn form(form: &Form) -> Value {
    let mut schema = table(form.keys);
    if let Some(key) = form.told_by {
        set(&mut schema, "title", json!(key));
    }
    schema
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut schema = kind(&key.kind);
            set(&mut schema, "description", json!(key.doc));
            (key.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items, "minItems": 1, "uniqueItems": true })
}

fn kind(of: &Kind) -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let country = json!({ "type": "string", "pattern": "^[A-Z]{2}(-[A-Z0-9]{1,3})?$" });
    match of {
        Kind::Text | Kind::Name(_) => text,
        Kind::Lines => json!({ "type": "array", "items": text, "minItems": 1 }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Count(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Period => json!({ "type": "string", "pattern": PERIOD }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Words(words) => list(&json!({ "enum": words })),
        Kind::AllOrWords(words) => {
            json!({ "oneOf": [{ "const": "all" }, list(&json!({ "enum": words }))] })
        }
        Kind::Names(_) => list(&text),
        Kind::AllOrNames(_) | Kind::Places => json!({ "oneOf": [{ "const": "all" }, list(&text)] }),
        Kind::Country => country,
        Kind::Countries => list(&country),
        Kind::Table(keys) => table(keys),
        Kind::Tables(keys) => {
            json!({ "type": "array", "items": table(keys), "minItems": 1 })
        }
        Kind::WordOrTable(words, keys) => {
            json!({ "oneOf": [{ "enum": words }, table(keys)] })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_schema_has_every_verb_and_says_what_each_key_means() {
        let schema = schema();
        let verbs: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(verbs.len(), 11);
        let transfer = &schema["properties"]["transfer"]["additionalProperties"];
        let shown = serde_json::to_string(transfer).unwrap();
        expect![[r#"{"additionalProperties":false,"properties":{"from":{"description":"where people are","oneOf":[{"const":"all"},{"items":{"minLength":1,"type":"string"},"minItems":1,"type":"array","uniqueItems":true}]},"instrument":{"description":"what makes it lawful","minLength":1,"type":"string"},"kinds":{"description":"the kinds of recipient it leads to; all where it is left out","items":{"enum":["group-company","client","processor","sub-processor","controller","adviser","authority","third-party"]},"minItems":1,"type":"array","uniqueItems":true},"to":{"description":"where recipients are","oneOf":[{"const":"all"},{"items":{"minLength":1,"type":"string"},"minItems":1,"type":"array","uniqueItems":true}]},"valid-until":{"description":"the last day of the route","format":"date","type":"string"}},"required":["from","to","instrument"],"type":"object"}"#]].assert_eq(&shown);
    }
}
