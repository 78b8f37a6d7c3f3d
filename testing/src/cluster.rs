//! A PostgreSQL server of a test's own, in a folder that goes with it. It never touches a server
//! that is there already.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// A server that listens on a socket in its folder, and ends when the test's process does, however
/// that ends.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    /// A shell that waits for its input to end, and then ends the server.
    guard: Mutex<Option<Guard>>,
}

/// Does what its input says, and stops the server and deletes its folder when that ends. A server
/// that was killed starts anew once nothing of it is left, so starting is tried until it holds.
const GUARD: &str = r#"trap '' INT TERM
run() {
  while :; do
    "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=on -c max_connections=200 \
      -c shared_buffers=32MB >>"$2/log" 2>&1 &
    server=$!
    while kill -0 $server 2>/dev/null; do
      "$1/pg_isready" -q -h "$2" && return
      sleep 0.05
    done
  done
}
run "$1" "$2"
echo started
while read -r word; do
  case $word in
    kill) kill -KILL $server; wait $server 2>/dev/null ;;
    start) run "$1" "$2" ;;
  esac
  echo "$word"
done
kill -QUIT $server 2>/dev/null
wait $server
rm -rf "$2"
"#;

struct Guard {
    input: std::process::ChildStdin,
    output: BufReader<std::process::ChildStdout>,
    _child: Child,
}

impl Cluster {
    /// One server for all tests of a process.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed.
    pub fn shared() -> &'static Cluster {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Cluster::new)
    }

    /// Makes and starts a server.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed.
    pub fn new() -> Cluster {
        let cluster = Cluster::empty();
        let data = cluster.folder.join("data");
        let made = cluster
            .command(&cluster.programs.join("initdb"))
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C"])
            .args(["--username=kept", "--no-instructions", "-D"])
            .arg(&data)
            .output()
            .expect("`initdb` runs; install PostgreSQL");
        let told = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "the server was not made: {told}");
        cluster.start_guard();
        cluster
    }

    /// Makes and starts a server that follows this one. It only reads until it is promoted.
    ///
    /// # Panics
    /// Where this one does not run.
    pub fn replica(&self) -> Cluster {
        let replica = Cluster::empty();
        let made = replica
            .command(&self.programs.join("pg_basebackup"))
            .args(["--no-sync", "--checkpoint=fast", "--write-recovery-conf"])
            .args(["--wal-method=stream", "--username=kept", "-h"])
            .arg(&self.folder)
            .arg("-D")
            .arg(replica.folder.join("data"))
            .output()
            .expect("`pg_basebackup` runs");
        let told = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "the replica was not made: {told}");
        replica.start_guard();
        replica
    }

    fn empty() -> Cluster {
        let folder =
            std::env::temp_dir().join(format!("kept-pg-{}-{}", std::process::id(), count()));
        std::fs::create_dir(&folder).expect("a folder for the server");
        let user = unprivileged();
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).expect("the server's folder");
        }
        Cluster {
            folder,
            programs: programs(),
            user,
            guard: Mutex::new(None),
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command.current_dir(&self.folder);
        command
    }

    fn start_guard(&self) {
        let mut child = self
            .command(Path::new("/bin/sh"))
            .args(["-c", GUARD, "sh"])
            .arg(&self.programs)
            .arg(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let input = child.stdin.take().expect("the guard's input");
        let output = BufReader::new(child.stdout.take().expect("the guard's output"));
        let mut guard = Guard {
            input,
            output,
            _child: child,
        };
        guard.hear("started");
        *self.guard.lock().unwrap_or_else(PoisonError::into_inner) = Some(guard);
    }

    fn ask(&self, word: &str) {
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = guard.as_mut().expect("a guard");
        writeln!(guard.input, "{word}").expect("the guard listens");
        guard.hear(word);
    }

    /// Kills the server at once, as a loss of power would as far as it knows.
    ///
    /// # Panics
    /// Where it has not been started.
    pub fn kill(&self) {
        self.ask("kill");
    }

    /// Starts the server again after it was killed.
    ///
    /// # Panics
    /// Where it has not been killed.
    pub fn start(&self) {
        self.ask("start");
    }

    /// The folder of its socket, `.s.PGSQL.5432`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where it is.
    pub fn address(&self) -> String {
        address_in(&self.folder)
    }

    /// Says something to it, past whoever uses it; what it answers.
    ///
    /// # Panics
    /// Where it does not understand.
    pub fn said(&self, sql: &str) -> String {
        self.said_in(&self.address(), sql)
    }

    /// Says something to a database of its by its address; what it answers.
    ///
    /// # Panics
    /// Where it does not understand.
    pub fn said_in(&self, address: &str, sql: &str) -> String {
        let told = self
            .command(&self.programs.join("psql"))
            .args(["--no-psqlrc", "--quiet", "-At", "-c", sql, address])
            .output()
            .expect("`psql` runs");
        let complaint = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success(), "{complaint}");
        String::from_utf8_lossy(&told.stdout).trim().to_owned()
    }

    /// Makes another database on it; where that is.
    ///
    /// # Panics
    /// Where the server does not run.
    pub fn database(&self) -> String {
        let name = format!("other_{}", count());
        let made = self
            .command(&self.programs.join("createdb"))
            .args(["--username=kept", "-h"])
            .arg(&self.folder)
            .arg(&name)
            .output()
            .expect("`createdb` runs");
        let told = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "the database was not made: {told}");
        format!("postgres://kept@{}/{name}", host(&self.folder))
    }
}

impl Default for Cluster {
    fn default() -> Cluster {
        Cluster::new()
    }
}

impl Guard {
    fn hear(&mut self, word: &str) {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the guard answers");
        assert_eq!(line.trim(), word, "the guard of the server");
    }
}

/// The address of a server whose socket is in a folder.
pub fn address_in(folder: &Path) -> String {
    format!("postgres://kept@{}/postgres", host(folder))
}

/// The address of whichever of two servers takes what is written.
pub fn address_of(one: &Cluster, other: &Cluster) -> String {
    let (one, other) = (host(&one.folder), host(&other.folder));
    format!("postgres://kept@{one},{other}/postgres?target_session_attrs=read-write")
}

fn host(folder: &Path) -> String {
    folder.display().to_string().replace('/', "%2F")
}

fn count() -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

/// The folder of PostgreSQL's programs, the newest that is there.
fn programs() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = installed
        .filter_map(Result::ok)
        .filter_map(|it| {
            Some((
                it.file_name().to_str()?.parse().ok()?,
                it.path().join("bin"),
            ))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, programs)| programs);
    newest.unwrap_or_else(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .find(|it| it.join("initdb").exists())
            .expect("PostgreSQL is not installed: install the Debian package `postgresql`")
    })
}

/// Somebody other than root to run the server as, which refuses to run as root.
pub fn unprivileged() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let of = |name: &str| Some((id(&["-u", name])?, id(&["-g", name])?));
    of("postgres").or_else(|| of("nobody"))
}
