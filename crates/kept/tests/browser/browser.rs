//! A browser before a house: it starts both, drives the one by keys, and looks at what it shows.
//! Each browser has a folder and a port of its own and is ended with the test.

use crate::driving::Session;
use crate::house::House;
use serde_json::json;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpListener;

/// What is to be had before these tests can run.
const MISSING: &str = "the browser tests need Chromium, its driver and axe-core; run scripts/test, \
    which installs them (Debian: apt-get install chromium chromium-driver npm)";

/// The keys that people without a mouse press.
pub const TAB: &str = "\u{E004}";
pub const ENTER: &str = "\u{E007}";
pub const SPACE: &str = " ";

/// How a browser is set up.
#[derive(Clone, Copy)]
pub struct Setting {
    /// Whether pages may run scripts.
    pub scripts: bool,
    /// Whether it is as wide as a phone.
    pub phone: bool,
}

pub const DESK: Setting = Setting {
    scripts: true,
    phone: false,
};
pub const PHONE: Setting = Setting {
    scripts: true,
    phone: true,
};
pub const PLAIN: Setting = Setting {
    scripts: false,
    phone: false,
};

/// A driver with its folder; both end with it.
struct Driver {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Driver {
    fn start() -> Driver {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|cause| panic!("{MISSING}: {cause}"));
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let told = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        let port = told.unwrap_or_else(|| panic!("{MISSING}: the driver named no port"));
        Driver {
            process,
            port,
            folder,
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A house that is served, and a browser before it.
pub struct Visit {
    pub house: House,
    pub client: Session,
    pub origin: String,
    setting: Setting,
    _driver: Driver,
}

impl Visit {
    pub async fn begin(setting: Setting) -> Visit {
        Visit::to(House::new().await, setting).await
    }

    /// A visit to a house that is there already.
    pub async fn to(house: House, setting: Setting) -> Visit {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let router = house.api().clone().router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let driver = Driver::start();
        let client = client(&driver, setting).await;
        Visit {
            house,
            client,
            origin,
            setting,
            _driver: driver,
        }
    }

    /// Goes to a page.
    pub async fn go(&self, path: &str) {
        self.client.go(&format!("{}{path}", self.origin)).await;
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: &str) {
        let focused = self.client.focused().await;
        self.client.type_into(&focused, key).await;
    }

    /// Moves the focus on, key by key, until it is on what a selector names. It must be seen there.
    pub async fn tab_to(&self, selector: &str) {
        for _ in 0..80 {
            let focused = self.client.focused().await;
            let script = "return arguments[0].matches(arguments[1]) && \
                getComputedStyle(arguments[0]).outlineStyle !== 'none'";
            let is_there = self.client.run(script, json!([focused, selector])).await;
            if is_there == json!(true) {
                return;
            }
            self.client.strike(TAB).await;
        }
        panic!(
            "{selector} is not to be reached by keyboard: {}",
            self.source().await
        );
    }

    /// Types into a field that is reached by keyboard.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.tab_to(selector).await;
        self.press(text).await;
    }

    /// Reaches a button or a link by keyboard and presses it, which leads to another page.
    pub async fn follow(&self, selector: &str) {
        self.tab_to(selector).await;
        let before = self.client.find("html").await;
        self.press(ENTER).await;
        for _ in 0..1000 {
            if !self.client.stands(&before).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{selector} leads nowhere: {}", self.source().await);
    }

    pub async fn source(&self) -> String {
        self.client.source().await
    }

    /// Checks that the page says something.
    pub async fn says(&self, text: &str) {
        let source = self.source().await;
        assert!(source.contains(text), "{text}: {source}");
    }

    pub async fn title(&self) -> String {
        self.client.title().await
    }

    /// Checks a page by everything that can be checked by itself: accessibility, and that nothing
    /// stands beyond its width.
    pub async fn sound(&self, name: &str) {
        self.picture(name).await;
        if !self.setting.scripts {
            return;
        }
        let axe = include_axe();
        self.client.run(&axe, json!([])).await;
        let run = "const done = arguments[arguments.length - 1]; \
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }) \
            .then(found => done(found.violations.map(one => one.id + ': ' + one.nodes.map(it => it.html).join(' | '))))";
        let found = self.client.run_long(run).await;
        assert_eq!(found, json!([]), "{name}");
        let wide = "const root = document.documentElement; \
            return root.scrollWidth > root.clientWidth + 1 ? root.scrollWidth : 0";
        let wide = self.client.run(wide, json!([])).await;
        assert_eq!(wide, json!(0), "{name} is wider than its window");
    }

    /// Keeps a picture of a page, where a folder for them is named.
    async fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("KEPT_PICTURES") {
            let picture = self.client.picture().await;
            let width = if self.setting.phone { "phone" } else { "desk" };
            let name = name.trim_matches('/').replace(['/', '?', '='], "-");
            let file = Path::new(&folder).join(format!("{name}-{width}.png"));
            std::fs::write(file, picture).unwrap();
        }
    }

    pub async fn end(self) {
        self.client.end().await;
    }
}

async fn client(driver: &Driver, setting: Setting) -> Session {
    let profile = driver.folder.path().join("profile");
    let mut arguments = vec![
        "--headless".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        format!("--user-data-dir={}", profile.display()),
        "--window-size=1280,1000".to_owned(),
    ];
    if std::env::var_os("KEPT_PICTURES").is_some() {
        arguments.push("--window-size=1280,2600".to_owned());
    }
    let mut options = json!({ "args": arguments });
    if !setting.scripts {
        let blocked = "profile.managed_default_content_settings.javascript";
        options["prefs"] = json!({ blocked: 2 });
    }
    if setting.phone {
        let tall = if std::env::var_os("KEPT_PICTURES").is_some() {
            2600
        } else {
            740
        };
        options["mobileEmulation"] =
            json!({ "deviceMetrics": { "width": 360, "height": tall, "pixelRatio": 1.0 } });
    }
    let begun = Session::begin(driver.port, options).await;
    begun.unwrap_or_else(|cause| panic!("{MISSING}: {cause}"))
}

/// The accessibility checker.
fn include_axe() -> String {
    let root: PathBuf = crate::house::root();
    let path = root.join("target/browser/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{MISSING}: {cause}"))
}
