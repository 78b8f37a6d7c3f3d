//! An object store of a test's own that speaks S3's language (moto, which `scripts/test` installs),
//! behind a gate that can be shut. What is stored goes with it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Serves until its input ends.
const SERVE: &str = "
import os, sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
os._exit(0)
";

/// A server on this machine, which ends when the test's process does, however that ends.
pub struct ObjectServer {
    address: SocketAddr,
    _process: Child,
}

impl ObjectServer {
    /// One server for all tests of a process.
    ///
    /// # Panics
    /// Where it is not installed.
    pub fn shared() -> &'static ObjectServer {
        static SHARED: OnceLock<ObjectServer> = OnceLock::new();
        SHARED.get_or_init(ObjectServer::start)
    }

    fn start() -> ObjectServer {
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/s3-server");
        let mut process = Command::new("python3")
            .args(["-c", SERVE])
            .env("PYTHONPATH", installed)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3");
        let output = process.stdout.take().expect("the server's output");
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        read.expect("the server says where it is");
        let port = line.trim().parse::<u16>();
        let port = port.expect("the object store is not installed: run scripts/test");
        ObjectServer {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            _process: process,
        }
    }

    /// Makes a bucket.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub fn make_bucket(&self, name: &str) {
        let mut stream = TcpStream::connect(self.address).expect("the object store");
        let request = format!(
            "PUT /{name} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// A way to the server that can be shut.
    ///
    /// # Panics
    /// Where the machine has no port left.
    pub fn gate(&self) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let inner = Arc::new(Inner {
            address: listener.local_addr().expect("an address"),
            is_shut: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let (behind, at) = (self.address, Arc::clone(&inner));
        std::thread::spawn(move || {
            for coming in listener.incoming().filter_map(Result::ok) {
                at.pass(coming, behind);
            }
        });
        Gate(inner)
    }
}

/// A way to a server that can be shut: what is on its way then is cut off.
pub struct Gate(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    is_shut: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Inner {
    fn pass(&self, coming: TcpStream, to: SocketAddr) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_shut.load(Ordering::Acquire) {
            return;
        }
        let Ok(going) = TcpStream::connect(to) else {
            return;
        };
        for (from, to) in [(&coming, &going), (&going, &coming)] {
            if let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) {
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Both);
                });
            }
        }
        open.push(coming);
        open.push(going);
    }
}

impl Gate {
    /// Where the server is, by this way.
    pub fn address(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Shuts the gate.
    pub fn shut(&self) {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.is_shut.store(true, Ordering::Release);
        for stream in open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Opens it again.
    pub fn open(&self) {
        self.0.is_shut.store(false, Ordering::Release);
    }
}
