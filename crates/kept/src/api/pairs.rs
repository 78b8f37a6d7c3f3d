//! Names and values as addresses and forms write them (`application/x-www-form-urlencoded`).
//! What is not UTF-8 once decoded is not taken; a value is never repeated in a problem.

use super::{Api, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// Names with values, in their order.
#[derive(Default)]
pub(crate) struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Reads a query or a body.
    pub fn read(text: &str) -> Result<Pairs, Problem> {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let read = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        };
        let read: Option<Vec<_>> = pairs.map(read).collect();
        let unread = || Problem::invalid("the query", "is not percent-encoded UTF-8");
        read.map(Pairs).ok_or_else(unread)
    }

    /// The value of a name, where it stands there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of a name that must stand there.
    pub fn must(&self, name: &str) -> Result<String, Problem> {
        let missing = || Problem::invalid(name, "must be said in the query");
        self.get(name).map(str::to_owned).ok_or_else(missing)
    }

    /// The same, where nothing stands there but these names, and none of them twice.
    pub fn only(self, names: &[&str]) -> Result<Pairs, Problem> {
        for (at, (name, _)) in self.0.iter().enumerate() {
            if !names.contains(&name.as_str()) {
                let problem = format!("may have {}", names.join(", "));
                return Err(Problem::invalid("the query", problem));
            }
            if self.0.iter().take(at).any(|(known, _)| known == name) {
                return Err(Problem::invalid(name.clone(), "stands twice"));
            }
        }
        Ok(self)
    }
}

/// The query of a request.
impl FromRequestParts<Api> for Pairs {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Pairs, Problem> {
        Pairs::read(parts.uri.query().unwrap_or(""))
    }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Pairs {
        Pairs::read(text).ok().unwrap_or_default()
    }

    #[test]
    fn what_a_form_writes_is_read() {
        let pairs = read("name=Ada+Byron&e-mail=ada%40example.com&empty=&bare");
        assert_eq!(pairs.get("name"), Some("Ada Byron"));
        assert_eq!(pairs.get("e-mail"), Some("ada@example.com"));
        assert_eq!((pairs.get("bare"), pairs.get("no")), (Some(""), None));
        assert!(Pairs::read("a=%zz").is_err() && Pairs::read("a=%ff").is_err());
        assert!(read("a=1&a=2").only(&["a"]).is_err());
        assert!(read("a=1&b=2").only(&["a"]).is_err());
    }
}
