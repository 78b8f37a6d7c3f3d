//! The operating system and the browser family behind a user agent, by a small ordered table.
//! It tells families, not versions, and keeps no user agent longer than its cache is large.

use std::collections::HashMap;
use std::sync::Arc;

/// The word where nothing is recognised.
const OTHER: &str = "Other";

/// The bytes of a user agent that are looked at.
const LENGTH_MAX: usize = 1024;

/// What a user agent says about where a visit came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// The family of the operating system, such as `Windows` or `iOS`, or `Other`.
    pub operating_system: &'static str,
    /// The family of the browser or the name of the robot, such as `Firefox` or `Googlebot`, or
    /// `Other`.
    pub browser: &'static str,
    /// Whether it says that it is a program rather than a person's browser.
    pub robot: bool,
}

/// Operating systems by the first words that match, so the special comes before the general.
const OPERATING_SYSTEMS: &[(&str, &str)] = &[
    ("windows phone", "Windows Phone"),
    ("xbox", "Xbox"),
    ("windows", "Windows"),
    ("iphone", "iOS"),
    ("ipad", "iOS"),
    ("ipod", "iOS"),
    ("apple tv", "tvOS"),
    ("appletv", "tvOS"),
    ("watch os", "watchOS"),
    ("openharmony", "HarmonyOS"),
    ("harmonyos", "HarmonyOS"),
    ("kaios", "KaiOS"),
    ("tizen", "Tizen"),
    ("web0s", "webOS"),
    ("webos", "webOS"),
    ("android", "Android"),
    ("cros ", "ChromeOS"),
    ("mac os x", "macOS"),
    ("macintosh", "macOS"),
    ("darwin", "macOS"),
    ("playstation", "PlayStation"),
    ("nintendo", "Nintendo"),
    ("freebsd", "FreeBSD"),
    ("openbsd", "OpenBSD"),
    ("netbsd", "NetBSD"),
    ("sunos", "Solaris"),
    ("ubuntu", "Linux"),
    ("fedora", "Linux"),
    ("debian", "Linux"),
    ("linux", "Linux"),
    ("x11", "Unix"),
];

/// Programs that name themselves.
const ROBOTS: &[(&str, &str)] = &[
    ("googlebot", "Googlebot"),
    ("google-inspectiontool", "Googlebot"),
    ("adsbot-google", "AdsBot"),
    ("bingbot", "Bingbot"),
    ("duckduckbot", "DuckDuckBot"),
    ("yandexbot", "YandexBot"),
    ("baiduspider", "Baiduspider"),
    ("applebot", "Applebot"),
    ("petalbot", "PetalBot"),
    ("ahrefsbot", "AhrefsBot"),
    ("semrushbot", "SemrushBot"),
    ("mj12bot", "MJ12bot"),
    ("gptbot", "GPTBot"),
    ("claudebot", "ClaudeBot"),
    ("ccbot", "CCBot"),
    ("bytespider", "Bytespider"),
    ("facebookexternalhit", "Facebook preview"),
    ("twitterbot", "Twitterbot"),
    ("linkedinbot", "LinkedInBot"),
    ("slackbot", "Slackbot"),
    ("whatsapp", "WhatsApp preview"),
    ("uptimerobot", "UptimeRobot"),
    ("pingdom", "Pingdom"),
    ("headlesschrome", "Headless Chrome"),
    ("phantomjs", "PhantomJS"),
    ("curl/", "curl"),
    ("wget/", "Wget"),
    ("python-requests", "Python Requests"),
    ("python-urllib", "Python urllib"),
    ("python-httpx", "HTTPX"),
    ("aiohttp", "aiohttp"),
    ("go-http-client", "Go"),
    ("okhttp", "OkHttp"),
    ("apache-httpclient", "Apache HttpClient"),
    ("java/", "Java"),
    ("libwww-perl", "libwww-perl"),
    ("axios/", "axios"),
    ("node-fetch", "node-fetch"),
    ("postmanruntime", "Postman"),
    ("kube-probe", "Kubernetes probe"),
    ("prometheus/", "Prometheus"),
    ("feedly", "Feedly"),
];

/// Words that give away a robot whose name is not in the table. They have to begin or end a word,
/// so that a telephone named Cubot is no robot.
const ROBOT_WORDS: &[&str] = &[
    "bot/",
    "bot;",
    "bot)",
    "bot ",
    "+http",
    "crawler",
    "spider",
    "slurp",
    "scanner",
    "monitoring",
];

/// Browsers by the first word that matches. Nearly every browser also claims to be some other,
/// so the order is from the one that says most to the one that everybody claims to be.
const BROWSERS: &[(&str, &str)] = &[
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("edge/", "Edge"),
    ("opr/", "Opera"),
    ("opera mini", "Opera Mini"),
    ("opios/", "Opera Mini"),
    ("opt/", "Opera"),
    ("opx/", "Opera"),
    ("opera", "Opera"),
    ("samsungbrowser/", "Samsung Internet"),
    ("vivaldi/", "Vivaldi"),
    ("yabrowser/", "Yandex Browser"),
    ("ucbrowser/", "UC Browser"),
    ("ubrowser/", "UC Browser"),
    ("miuibrowser/", "Mi Browser"),
    ("huaweibrowser/", "Huawei Browser"),
    ("qqbrowser/", "QQ Browser"),
    ("micromessenger/", "WeChat"),
    ("brave/", "Brave"),
    ("duckduckgo/", "DuckDuckGo"),
    ("ddg/", "DuckDuckGo"),
    ("silk/", "Amazon Silk"),
    ("whale/", "Whale"),
    ("fban/", "Facebook app"),
    ("fbav/", "Facebook app"),
    ("instagram", "Instagram app"),
    ("electron/", "Electron"),
    ("seamonkey/", "SeaMonkey"),
    ("waterfox/", "Waterfox"),
    ("thunderbird/", "Thunderbird"),
    ("focus/", "Firefox Focus"),
    ("klar/", "Firefox Focus"),
    ("fxios/", "Firefox"),
    ("firefox/", "Firefox"),
    ("crios/", "Chrome"),
    ("chromium/", "Chromium"),
    ("; wv)", "Android WebView"),
    ("chrome/", "Chrome"),
    ("msie ", "Internet Explorer"),
    ("trident/", "Internet Explorer"),
    ("android", "Android Browser"),
    ("konqueror/", "Konqueror"),
    ("epiphany/", "GNOME Web"),
    ("safari/", "Safari"),
    ("applewebkit/", "Safari"),
    ("lynx/", "Lynx"),
    ("links (", "Links"),
    ("w3m/", "w3m"),
];

impl Agent {
    /// Recognises a user agent. An empty one is `Other` on `Other`.
    pub fn recognise(text: &str) -> Self {
        // What is longer is no browser's, and not worth looking through.
        let end = text.floor_char_boundary(LENGTH_MAX);
        let text = text.get(..end).unwrap_or_default().to_ascii_lowercase();
        let of = |table: &'static [(&str, &str)]| {
            table
                .iter()
                .find(|(word, _)| text.contains(word))
                .map(|(_, name)| *name)
        };
        let robot = of(ROBOTS);
        let unnamed = text.ends_with("bot") || ROBOT_WORDS.iter().any(|word| text.contains(word));
        let browser = match robot {
            Some(name) => name,
            None if unnamed && !text.contains("cubot") => "Other robot",
            None => of(BROWSERS).unwrap_or(OTHER),
        };
        Self {
            operating_system: of(OPERATING_SYSTEMS).unwrap_or(OTHER),
            browser,
            robot: robot.is_some() || browser == "Other robot",
        }
    }
}

/// A user agent that was recognised once.
#[derive(Clone)]
pub(crate) struct Known {
    /// A number of its own for as long as it is cached.
    pub(crate) number: u64,
    pub(crate) text: Arc<str>,
    pub(crate) agent: Agent,
}

/// Remembers what was recognised. When it is full it forgets everything and starts again, which
/// bounds its memory whatever the input.
pub(crate) struct Agents {
    known: HashMap<Arc<str>, Known>,
    bytes: usize,
    next: u64,
}

impl Agents {
    const ENTRIES: usize = 8192;
    const BYTES: usize = 4 << 20;

    pub(crate) fn new() -> Self {
        Self {
            known: HashMap::new(),
            bytes: 0,
            next: 0,
        }
    }

    pub(crate) fn recognise(&mut self, text: &str) -> Known {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        if self.known.len() >= Self::ENTRIES || self.bytes.saturating_add(text.len()) > Self::BYTES
        {
            self.known.clear();
            self.bytes = 0;
        }
        let shared: Arc<str> = Arc::from(text);
        let agent = Agent::recognise(text);
        let known = Known {
            number: self.next,
            text: Arc::clone(&shared),
            agent,
        };
        self.next += 1;
        self.bytes = self.bytes.saturating_add(text.len());
        self.known.insert(shared, known.clone());
        known
    }

    /// Forgets everything and starts numbering afresh.
    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }
}

#[cfg(test)]
mod tests;
