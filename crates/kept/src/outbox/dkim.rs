//! Signing a message as coming from its domain (DKIM: RFC 6376, with the keys of RFC 8301 and
//! 8463), so that whoever gets it can tell that nobody else wrote it or its links.
//! It signs what it is given and changes nothing of it; the key is read once and never shown.

use super::misfit;
use crate::Failure;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::aws_lc_rs::sign::any_supported_type;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::sign::SigningKey;
use tokio_rustls::rustls::{SignatureAlgorithm, SignatureScheme};

/// What is signed, where it is there. `From` stands twice, so that none can be put before it; the
/// last two must be under the signature for one click to unsubscribe (RFC 8058, section 4).
const SIGNED: [&str; 10] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// Signs messages of one domain.
pub struct Dkim {
    domain: String,
    selector: String,
    algorithm: &'static str,
    scheme: SignatureScheme,
    key: Arc<dyn SigningKey>,
}

impl Dkim {
    /// Reads a private key (PEM: RSA of 2048 bits or more, or Ed25519) for a domain, whose public
    /// key stands in the DNS under `selector._domainkey.domain`.
    ///
    /// # Errors
    /// `Invalid` where the file holds no such key or the selector is no name.
    pub fn open(path: &Path, selector: &str, domain: &str) -> Result<Dkim, Failure> {
        let part = |text: &str| {
            let ends = text.starts_with('-') || text.ends_with('-') || text.is_empty();
            !ends && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        if !selector.split('.').all(part) {
            return Err(misfit(
                "`--dkim-selector` is not a name such as `kept-2026`",
            ));
        }
        let odd = |problem: &str| misfit(format!("`{}` {problem}", path.display()));
        let key = PrivateKeyDer::from_pem_file(path)
            .map_err(|_| odd("cannot be read as a private key in PEM"))?;
        let wanted = "holds no RSA key of at least 2048 bits and no Ed25519 key";
        let key = any_supported_type(&key).map_err(|_| odd(wanted))?;
        let (algorithm, scheme) = match key.algorithm() {
            SignatureAlgorithm::RSA => ("rsa-sha256", SignatureScheme::RSA_PKCS1_SHA256),
            SignatureAlgorithm::ED25519 => ("ed25519-sha256", SignatureScheme::ED25519),
            _ => return Err(odd(wanted)),
        };
        Ok(Dkim {
            domain: domain.to_ascii_lowercase(),
            selector: selector.to_owned(),
            algorithm,
            scheme,
            key,
        })
    }

    /// The header that signs a message, to be put before it; nothing where it cannot be signed.
    /// `second` is the second since 1970 at which it is.
    pub(super) fn header(&self, message: &[u8], second: i64) -> Option<Vec<u8>> {
        let (headers, body) = split(message);
        let mut names: Vec<&str> = vec!["from"];
        let there = |name: &&str| headers.iter().any(|header| is_named(header, name));
        names.extend(SIGNED.into_iter().filter(there));
        let hash = BASE64.encode(digest(&SHA256, &relaxed_body(body)).as_ref());
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={};\r\n s={}; t={second};\r\n \
             h={};\r\n bh={hash};\r\n b=",
            self.algorithm,
            self.domain,
            self.selector,
            names.join(":\r\n "),
        );
        let text = signed_text(&headers, &names, unsigned.as_bytes());
        let signer = self.key.choose_scheme(&[self.scheme])?;
        let signature = match self.scheme {
            // RFC 8463, section 3: what Ed25519 signs is the digest.
            SignatureScheme::ED25519 => signer.sign(digest(&SHA256, &text).as_ref()),
            _ => signer.sign(&text),
        };
        let signature = BASE64.encode(&signature.ok()?);
        let lines: Vec<String> = signature
            .as_bytes()
            .chunks(70)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        Some(format!("{unsigned}{}\r\n", lines.join("\r\n ")).into_bytes())
    }
}

/// The headers of a message, each with what it is folded into, and its body.
fn split(message: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let mut headers: Vec<&[u8]> = Vec::new();
    let (mut begun, mut at) = (0, 0);
    while let Some(rest) = message.get(at..) {
        let Some(length) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            break;
        };
        let next = at + length + 2;
        let follows = message.get(next).copied();
        if length == 0 {
            return (headers, message.get(next..).unwrap_or_default());
        }
        if !matches!(follows, Some(b' ' | b'\t')) {
            headers.extend(message.get(begun..next));
            begun = next;
        }
        at = next;
    }
    (headers, &[])
}

fn is_named(header: &[u8], name: &str) -> bool {
    let end = header.iter().position(|byte| *byte == b':');
    let own = end.and_then(|end| header.get(..end)).unwrap_or_default();
    own.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
}

/// What is signed: the headers, each name taking the last one not yet taken, and the signature's
/// own header without its signature (RFC 6376, section 3.7).
fn signed_text(headers: &[&[u8]], names: &[&str], own: &[u8]) -> Vec<u8> {
    let mut left: Vec<&[u8]> = headers.to_vec();
    let mut text = Vec::new();
    for name in names {
        if let Some(at) = left.iter().rposition(|header| is_named(header, name)) {
            relaxed_header(left.remove(at), &mut text);
            text.extend_from_slice(b"\r\n");
        }
    }
    relaxed_header(own, &mut text);
    text
}

/// A header in relaxed form, without the end of its line (RFC 6376, section 3.4.2).
fn relaxed_header(header: &[u8], text: &mut Vec<u8>) {
    let end = header.iter().position(|byte| *byte == b':');
    let (name, value) = header.split_at(end.unwrap_or(header.len()));
    text.extend(name.trim_ascii().to_ascii_lowercase());
    text.push(b':');
    let words = value.get(1..).unwrap_or_default();
    let mut words = words
        .split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        .filter(|word| !word.is_empty());
    text.extend_from_slice(words.next().unwrap_or_default());
    for word in words {
        text.push(b' ');
        text.extend_from_slice(word);
    }
}

/// A body in relaxed form (RFC 6376, section 3.4.4).
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(body.len() + 2);
    let mut empty = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t');
        let end = line.iter().rposition(|byte| !is_space(byte));
        let Some(line) = end.and_then(|end| line.get(..=end)) else {
            empty += 1;
            continue;
        };
        // Empty lines at the end do not count.
        (0..empty).for_each(|_| text.extend_from_slice(b"\r\n"));
        empty = 0;
        let mut before = false;
        for byte in line {
            match is_space(byte) {
                true if !before => text.push(b' '),
                true => {}
                false => text.push(*byte),
            }
            before = is_space(byte);
        }
        text.extend_from_slice(b"\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{
        ED25519, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    };

    const DINNER: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
        To: Suzie Q <suzie@shopping.example.net>\r\n\
        Subject: Is dinner ready?\r\n\
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
        Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
        \r\n\
        Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

    /// RFC 8463, appendix A: somebody else's message, key and signature.
    #[test]
    fn what_the_standard_signs_is_signed_the_same() {
        let (headers, body) = split(DINNER.as_bytes());
        let hash = BASE64.encode(digest(&SHA256, &relaxed_body(body)).as_ref());
        assert_eq!(hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
        let own = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
            d=football.example.com; i=@football.example.com;\r\n \
            q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n \
            subject : date : message-id : from : subject : date;\r\n \
            bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
        let names = [
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "from",
            "subject",
            "date",
        ];
        let text = signed_text(&headers, &names, own.as_bytes());
        let signature = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\
            Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";
        let signature = BASE64.decode(signature.as_bytes()).unwrap();
        let public = BASE64.decode(b"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        let public = UnparsedPublicKey::new(&ED25519, public.unwrap());
        let hash = digest(&SHA256, &text);
        assert!(public.verify(hash.as_ref(), &signature).is_ok());
    }

    fn pem(pkcs8: &[u8]) -> tempfile::NamedTempFile {
        let text = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            BASE64.encode(pkcs8)
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    /// The signature of a header, and what it must be of.
    fn opened(header: &[u8], message: &str) -> (Vec<u8>, Vec<u8>) {
        let header = String::from_utf8(header.to_vec()).unwrap();
        let (own, signature) = header.trim_end().split_once("\r\n b=").unwrap();
        let signature: String = signature.split_whitespace().collect();
        let names = own.split("h=").nth(1).unwrap().split(';').next().unwrap();
        let names: Vec<String> = names
            .split(':')
            .map(|name| name.trim().to_owned())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (headers, _) = split(message.as_bytes());
        let text = signed_text(&headers, &names, format!("{own}\r\n b=").as_bytes());
        (BASE64.decode(signature.as_bytes()).unwrap(), text)
    }

    #[test]
    fn a_message_is_signed_with_either_kind_of_key_and_so_are_its_links() {
        let links = "List-Unsubscribe: <https://privacy.example.com/u/1>\r\n\
            List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
        let message = format!("{links}{DINNER}");
        let changed = message.replace("/u/1", "/u/2");
        let second = 1_800_000_000;

        let pair = Ed25519KeyPair::generate().unwrap();
        let file = pem(pair.to_pkcs8().unwrap().as_ref());
        let dkim = Dkim::open(file.path(), "kept-1", "Example.com").unwrap();
        let header = dkim.header(message.as_bytes(), second).unwrap();
        let shown = String::from_utf8(header.clone()).unwrap();
        for expected in [
            "a=ed25519-sha256;",
            "d=example.com;",
            "s=kept-1;",
            "t=1800000000;",
        ] {
            assert!(shown.contains(expected), "{shown}");
        }
        assert!(shown.contains("list-unsubscribe:") && shown.contains("list-unsubscribe-post;"));
        assert!(shown.split("\r\n").all(|line| line.len() < 79), "{shown}");
        let public = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref().to_vec());
        for (text, holds) in [(&message, true), (&changed, false)] {
            let (signature, text) = opened(&header, text);
            let hash = digest(&SHA256, &text);
            assert_eq!(public.verify(hash.as_ref(), &signature).is_ok(), holds);
        }

        let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        use aws_lc_rs::encoding::AsDer as _;
        let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let file = pem(der.as_ref());
        let dkim = Dkim::open(file.path(), "kept-1", "example.com").unwrap();
        let header = dkim.header(message.as_bytes(), second).unwrap();
        let (signature, text) = opened(&header, &message);
        let public = pair.public_key().as_ref().to_vec();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
        assert!(public.verify(&text, &signature).is_ok());
    }

    #[test]
    fn what_cannot_sign_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "no key").unwrap();
        for selector in ["", "a b", "-a", "a..b"] {
            assert!(Dkim::open(file.path(), selector, "example.com").is_err());
        }
        let told = Dkim::open(file.path(), "a", "example.com")
            .err()
            .unwrap()
            .to_string();
        assert!(told.contains("private key in PEM"), "{told}");
    }

    #[test]
    fn a_body_is_brought_to_one_form() {
        for (body, expected) in [
            ("", ""),
            ("\r\n\r\n", ""),
            ("a  b \t\r\n\r\n\r\n", "a b\r\n"),
            (" c\r\n\r\nd", " c\r\n\r\nd\r\n"),
        ] {
            assert_eq!(
                relaxed_body(body.as_bytes()),
                expected.as_bytes(),
                "{body:?}"
            );
        }
    }
}
