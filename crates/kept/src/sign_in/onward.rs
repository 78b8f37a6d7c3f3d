//! Where somebody wanted to go who has to show first who they are. It is one of a few pages of
//! ours, so no link leads through the sign-in to anywhere else.

use crate::outbox::Language;

/// The pages about somebody that stand for themselves.
const PAGES: [&str; 5] = ["choices", "copy", "requests", "history", "delete"];
/// The page of how somebody signs in.
const SIGN_IN: &str = "sign-in";
/// How long the secret of a link to a copy is, in characters.
const SECRET: usize = 43;

/// A page that one gets to by signing in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Onward {
    /// What is held of them.
    AboutMe,
    /// A page beside it.
    Beside(&'static str),
    /// A link to their copy, by its secret.
    Copy([u8; SECRET]),
    /// How they sign in, which they are about to change.
    SignIn,
}

impl Onward {
    /// What a path of the centre leads to, from its language on; what is held, where it is none of
    /// the others.
    pub fn of(path: &str) -> Onward {
        let mut parts = path.split('/');
        match (parts.next(), parts.next()) {
            (Some("about-me"), Some(page)) => {
                let known = PAGES.into_iter().find(|known| *known == page);
                known.map_or(Onward::AboutMe, Onward::Beside)
            }
            (Some("copy"), Some(secret)) if secret.bytes().all(is_of_a_secret) => {
                let secret = secret.as_bytes().try_into();
                secret.map_or(Onward::AboutMe, Onward::Copy)
            }
            (Some(SIGN_IN), None) => Onward::SignIn,
            _ => Onward::AboutMe,
        }
    }

    /// What the pages of signing in carry along of it.
    pub fn query(self) -> String {
        match self {
            Onward::AboutMe => String::new(),
            Onward::Beside(_) | Onward::Copy(_) | Onward::SignIn => format!("&to={}", self.path()),
        }
    }

    /// The page in a language.
    pub fn page(self, language: Language) -> String {
        match self {
            Onward::SignIn => format!("/me/sign-in?lang={}", language.tag()),
            Onward::AboutMe | Onward::Beside(_) | Onward::Copy(_) => {
                format!("/centre/{}/{}", language.tag(), self.path())
            }
        }
    }

    fn path(self) -> String {
        match self {
            Onward::AboutMe => "about-me".to_owned(),
            Onward::SignIn => SIGN_IN.to_owned(),
            Onward::Beside(page) => format!("about-me/{page}"),
            Onward::Copy(secret) => format!("copy/{}", String::from_utf8_lossy(&secret)),
        }
    }
}

fn is_of_a_secret(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_gets_to_our_own_pages_and_nowhere_else() {
        let secret = "a-_9".repeat(10) + "xyz";
        let page = |path: &str| Onward::of(path).page(Language::of_tag("en").unwrap());
        for (path, leads) in [
            ("about-me", "/centre/en/about-me"),
            ("about-me/choices", "/centre/en/about-me/choices"),
            ("about-me/requests/ABCD", "/centre/en/about-me/requests"),
            ("about-me/elsewhere", "/centre/en/about-me"),
            (
                &format!("copy/{secret}"),
                &format!("/centre/en/copy/{secret}"),
            ),
            ("sign-in", "/me/sign-in?lang=en"),
            ("copy/short", "/centre/en/about-me"),
            ("//example.com", "/centre/en/about-me"),
            (
                "https://example.com/about-me/choices",
                "/centre/en/about-me",
            ),
            ("about-me/choices\r\nSet-Cookie: a=b", "/centre/en/about-me"),
            (&format!("copy/{}\n", &secret[1..]), "/centre/en/about-me"),
            ("", "/centre/en/about-me"),
        ] {
            assert_eq!(page(path), leads, "{path}");
            let carried = Onward::of(path).query();
            let carried = carried.strip_prefix("&to=").unwrap_or_default();
            assert_eq!(Onward::of(carried), Onward::of(path), "{path}");
        }
    }
}
