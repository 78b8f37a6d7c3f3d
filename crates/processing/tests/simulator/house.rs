//! A data folder of one's own, a door on it that can be made to fail, and the acts of its people.
//! It never decides whether what the door answers is right.

use kept_policy::{Policy, Source, compile};
use kept_processing::*;
use kept_terms::{ActorKind, Day, PersonId};
use kept_testing::{Dial, Dice};
use kept_vault::Vault;
use kept_vault::blob::FolderBlobs;
use kept_vault::keyring::{Keyring, Settings};
use kept_vault::ledger::LedgerFolder;
use kept_vault::root::Root;
use kept_vault::store::engine::Engine;
use kept_vault::store::failing::{Failing, Fault, Step};
use kept_vault::store::postgres::{Address, Options as PostgresOptions, Postgres};
use kept_vault::store::sqlite::{Options, Sqlite};
use kept_vault::store::{
    self, BlindIndex, Commit, ItemKey, Outcome, PersonRecord, Record, RecordKind, StagedEntry,
    Store, Wanted, Word, WordKind, Write,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// The moment at which every house is opened first.
pub const START: &str = "2026-11-23T12:00:00Z";

/// A store that the door and the test both hold.
#[derive(Clone)]
pub struct Shared(pub Arc<Failing<Engine>>);

pub type Door = Processing<Shared>;

/// The documents of the modelled policy, by name. Each country that the words cover has one.
pub fn documents() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    let mut documents: Vec<_> = std::fs::read_dir(folder).unwrap().map(read).collect();
    documents.sort();
    documents
}

/// The document whose people are in the houses. The others stay as they are written.
pub const AT_HOME: &str = "north-america.md";

/// The modelled policy, with the periods of contact details and correspondence as given.
pub fn sources(contact: &str, correspondence: &str) -> Vec<(String, String)> {
    let mut sources = documents();
    for (_, text) in sources.iter_mut().filter(|(name, _)| name == AT_HOME) {
        let short = with_period(text, "[keep.contact]", contact);
        let short = with_period(&short, "[keep.correspondence]", correspondence);
        // These versions take each other's place at once, so nobody is promised to be told before.
        let short = short.replace("before  = \"P30D\"\n", "");
        *text = match contact {
            "P40D" => short,
            _ => short.replace("revised    = 2018-05-01", "revised    = 2018-06-01"),
        };
    }
    sources
}

/// The text with the period of one clause replaced.
fn with_period(text: &str, clause: &str, period: &str) -> String {
    let Some((before, after)) = text.split_once(clause) else {
        return text.to_owned();
    };
    let (between, rest) = after.split_once("period = \"").unwrap();
    let (_, rest) = rest.split_once('"').unwrap();
    format!("{before}{clause}{between}period = \"{period}\"{rest}")
}

pub fn compiled(sources: &[(String, String)]) -> Arc<Policy> {
    let sources: Vec<Source> = sources
        .iter()
        .map(|(name, text)| Source::new(name.clone(), text.clone()))
        .collect();
    let (policy, diagnostics) = compile(&sources);
    let told: Vec<_> = diagnostics.iter().map(|d| d.message.clone()).collect();
    Arc::new(policy.unwrap_or_else(|| panic!("{told:#?}")))
}

/// Forty days for contact details, twenty-five for correspondence.
pub static SHORT: LazyLock<Arc<Policy>> = LazyLock::new(|| compiled(&sources("P40D", "P25D")));
/// Sixty days for contact details, fifteen for correspondence.
pub static OTHER: LazyLock<Arc<Policy>> = LazyLock::new(|| compiled(&sources("P60D", "P15D")));

pub struct House {
    pub path: PathBuf,
    pub clock: Arc<Dial>,
    pub policy: Arc<Policy>,
    pub seed: u64,
    pub door: Arc<Door>,
    pub store: Shared,
    _folder: Option<tempfile::TempDir>,
}

/// Opens a folder as [`Folder::open`] does, with a store that fails when told to.
pub async fn open(
    path: &Path,
    clock: &Arc<Dial>,
    policy: &Arc<Policy>,
    seed: u64,
    fault: Option<Fault>,
) -> Result<(Arc<Door>, Shared), Failure> {
    open_within(path, clock, policy, seed, fault, None).await
}

/// As [`open`], with as much room for rows as given.
pub async fn open_within(
    path: &Path,
    clock: &Arc<Dial>,
    policy: &Arc<Policy>,
    seed: u64,
    fault: Option<Fault>,
    bytes_max: Option<u64>,
) -> Result<(Arc<Door>, Shared), Failure> {
    let dice = Arc::new(Dice::seeded(seed));
    let settings = Settings {
        may_create: !path.join("keyring.db").exists(),
        ..Settings::default()
    };
    let root = Root::File(path.join("root.key"));
    let now = kept_terms::Clock::now(&**clock);
    let place = path.join("keyring.db");
    let keyring = Keyring::open(&place, &root, dice.clone(), now, settings)?;
    let store = Shared(Arc::new(Failing::new(engine(path, bytes_max).await?)));
    if let Some(fault) = fault {
        store.0.plan(fault);
    }
    let blobs = Arc::new(FolderBlobs::open(&path.join("blobs"))?);
    let vault = Vault::open(store.clone(), Arc::new(keyring), blobs, dice).await?;
    let ledger = LedgerFolder::new(path.join("ledger"));
    let door = Processing::open(vault, ledger, policy.clone(), clock.clone()).await?;
    Ok((Arc::new(door), store))
}

/// Whether the houses keep their rows in PostgreSQL.
pub fn is_on_postgres() -> bool {
    std::env::var("KEPT_SIM_STORE").is_ok_and(|engine| engine == "postgres")
}

async fn engine(path: &Path, bytes_max: Option<u64>) -> Result<Engine, store::Failure> {
    if is_on_postgres() {
        let address = Address::new(kept_testing::cluster::Cluster::shared().address().into())?;
        // Every folder has a schema of its own, the same when it is opened again.
        let name = path.file_name().unwrap().to_string_lossy();
        let schema: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        let options = PostgresOptions {
            readers: 1,
            schema: format!("house_{schema}"),
            ..PostgresOptions::default()
        };
        let store = Postgres::open(&address, &options).await?;
        return Ok(Engine::Postgres(Box::new(store)));
    }
    let options = Options {
        readers: 2,
        cache_kib: 1024,
        bytes_max,
    };
    Ok(Engine::Sqlite(Box::new(Sqlite::open(path, &options)?)))
}

/// A folder in memory where the machine has one: what is simulated is not the disk.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

impl House {
    pub async fn new(seed: u64) -> House {
        let folder = folder();
        let mut house = House::at(folder.path(), seed).await;
        house._folder = Some(folder);
        house
    }

    pub async fn at(path: &Path, seed: u64) -> House {
        let clock = Arc::new(Dial::at(START));
        let policy = SHORT.clone();
        let (door, store) = open(path, &clock, &policy, seed, None).await.unwrap();
        House {
            path: path.to_owned(),
            clock,
            policy,
            seed,
            door,
            store,
            _folder: None,
        }
    }

    /// Closes the folder; what was in flight is given up.
    pub fn close(self) -> Closed {
        let House {
            path,
            clock,
            policy,
            seed,
            door,
            store,
            _folder,
        } = self;
        drop(door);
        drop(store);
        Closed {
            path,
            clock,
            policy,
            seed,
            _folder,
        }
    }

    pub async fn reopen(self) -> House {
        self.close().open().await.unwrap()
    }

    /// Registers courses by their titles.
    pub async fn catalogue(&self, titles: &[&str]) {
        for title in titles {
            let course = Registered::Course {
                id: title.to_lowercase(),
                title: (*title).to_owned(),
                valid_for: None,
                required_for: Vec::new(),
            };
            let register = Command::Administer(Administration::Register(course));
            self.act(&Caller::system("catalogue"), register).await;
        }
    }

    pub async fn act(&self, caller: &Caller, command: Command) -> Effect {
        match self.door.perform(caller, &command).await.unwrap().outcome {
            Ok(effect) => effect,
            Err(refusal) => panic!("refused: {:?}", refusal.grounds),
        }
    }

    pub async fn collect(&self, collect: Collect) -> PersonId {
        let effect = self.act(&staff("support"), Command::Collect(collect)).await;
        let Effect::Stored { person, .. } = effect else {
            panic!("nothing was stored")
        };
        person
    }

    /// Values as `sales` reads them to answer, or why not.
    pub async fn read(&self, person: PersonId, fields: &[&str]) -> Result<Vec<String>, Failure> {
        let command = reading(person, "answer-you", fields);
        let performed = self.door.perform(&staff("sales"), &command).await?;
        Ok(match performed.outcome {
            Ok(Effect::Values(values)) => shown(&values),
            Ok(_) => panic!("no values"),
            Err(refusal) => panic!("refused: {:?}", refusal.grounds),
        })
    }

    pub async fn find(&self, email: &str) -> Option<PersonId> {
        let command = finding(email);
        match self.act(&staff("support"), command).await {
            Effect::Found(found) => found,
            _ => panic!("not a finding"),
        }
    }

    pub async fn audit(&self) -> Result<Audited, Failure> {
        self.door.audit(&mut |_| {}).await
    }

    pub fn fail(&self, at: Step, after: u64, persisted: bool) {
        self.store.0.plan(Fault {
            at,
            after,
            persisted,
        });
    }
}

/// A folder that nobody has open.
pub struct Closed {
    pub path: PathBuf,
    pub clock: Arc<Dial>,
    pub policy: Arc<Policy>,
    pub seed: u64,
    _folder: Option<tempfile::TempDir>,
}

impl Closed {
    pub async fn open(self) -> Result<House, Failure> {
        self.open_failing(None)
            .await
            .map_err(|(failure, _)| failure)
    }

    pub async fn open_failing(self, fault: Option<Fault>) -> Result<House, (Failure, Closed)> {
        // Other dice each time: chance does not repeat itself after a restart.
        let seed = self.seed + 1_000_003;
        match open(&self.path, &self.clock, &self.policy, seed, fault).await {
            Err(failure) => Err((failure, Closed { seed, ..self })),
            Ok((door, store)) => Ok(House {
                path: self.path,
                clock: self.clock,
                policy: self.policy,
                seed,
                door,
                store,
                _folder: self._folder,
            }),
        }
    }
}

pub fn shown(values: &[Released]) -> Vec<String> {
    let mut told: Vec<String> = values
        .iter()
        .map(|released| match &released.value {
            Shown::Clear(text) => format!("{}={}", released.field, text.as_str()),
            Shown::Masked(text) => format!("{}~{text}", released.field),
            Shown::File { name, .. } => format!("{}: {name}", released.field),
        })
        .collect();
    told.sort();
    told
}

pub fn staff(role: &str) -> Caller {
    Caller {
        id: "token:sim".to_owned(),
        kind: ActorKind::Staff,
        role: Some(role.to_owned()),
        purposes: None,
        home: None,
        holder: None,
    }
}

pub fn record(values: &[(&str, &str)]) -> Collect {
    let given = |(name, text): &(&str, &str)| ((*name).to_owned(), Given::Text((*text).to_owned()));
    Collect {
        values: values.iter().map(given).collect(),
        country: "US".parse().ok(),
        ..Collect::through("website-form")
    }
}

pub fn reading(person: PersonId, purpose: &str, fields: &[&str]) -> Command {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    let purpose = purpose.to_owned();
    Command::Use(Use {
        person,
        purpose,
        fields,
    })
}

pub fn finding(email: &str) -> Command {
    Command::Find {
        purpose: "keep-secure".to_owned(),
        field: "email".to_owned(),
        value: email.to_owned(),
    }
}

impl Store for Shared {
    async fn person(
        &self,
        person: PersonId,
        wanted: Wanted<'_>,
    ) -> Result<Option<PersonRecord>, store::Failure> {
        self.0.person(person, wanted).await
    }
    async fn find(&self, index: BlindIndex) -> Result<Option<PersonId>, store::Failure> {
        self.0.find(index).await
    }
    async fn commit(&self, commits: Vec<Commit>) -> Result<Vec<Outcome>, store::Failure> {
        self.0.commit(commits).await
    }
    async fn words(&self) -> Result<Vec<(WordKind, String, Word)>, store::Failure> {
        self.0.words().await
    }
    async fn intern(&self, kind: WordKind, word: &str) -> Result<Word, store::Failure> {
        self.0.intern(kind, word).await
    }
    async fn record(
        &self,
        kind: RecordKind,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, store::Failure> {
        self.0.record(kind, key).await
    }
    async fn records(&self, kind: RecordKind) -> Result<Vec<Record>, store::Failure> {
        self.0.records(kind).await
    }
    async fn records_page(
        &self,
        kind: RecordKind,
        begins: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Record>, store::Failure> {
        self.0.records_page(kind, begins, after, limit).await
    }
    async fn book(&self, writes: Vec<Write>) -> Result<(), store::Failure> {
        self.0.book(writes).await
    }
    async fn people(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, store::Failure> {
        self.0.people(after, limit).await
    }
    async fn due_items(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, ItemKey)>, store::Failure> {
        self.0.due_items(class, upto, limit).await
    }
    async fn due_people(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, PersonId)>, store::Failure> {
        self.0.due_people(class, upto, limit).await
    }
    async fn count_due(&self, class: Word, upto: Day) -> Result<Vec<(Day, u64)>, store::Failure> {
        self.0.count_due(class, upto).await
    }
    async fn clear_items(&self, items: &[ItemKey]) -> Result<(), store::Failure> {
        self.0.clear_items(items).await
    }
    async fn leftovers(&self, limit: usize) -> Result<(u64, bool), store::Failure> {
        self.0.leftovers(limit).await
    }
    async fn staged(&self, from: u64, limit: usize) -> Result<Vec<StagedEntry>, store::Failure> {
        self.0.staged(from, limit).await
    }
    async fn sequenced(&self, below: u64) -> Result<(), store::Failure> {
        self.0.sequenced(below).await
    }
    async fn next_entry(&self) -> Result<u64, store::Failure> {
        self.0.next_entry().await
    }
    async fn trail(
        &self,
        person: PersonId,
        below: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, store::Failure> {
        self.0.trail(person, below, limit).await
    }
    async fn figures(&self) -> Result<Figures, store::Failure> {
        self.0.figures().await
    }
    async fn check(&self) -> Result<(), store::Failure> {
        self.0.check().await
    }
}
