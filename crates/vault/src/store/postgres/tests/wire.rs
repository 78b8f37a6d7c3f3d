//! A wire between the store and the server that can be cut where it hurts. It changes no byte.

use kept_testing::cluster::{Cluster, address_in};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;

/// Where the wire is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Before the server hears of it.
    Lost,
    /// After the server has done it, before the answer arrives.
    Done,
    /// At once for the store; the server hears of it when it is let go.
    Late,
}

type Plan = Arc<Mutex<Option<(Cut, oneshot::Receiver<()>)>>>;

/// What is sent once a statement brings an entry with these bytes.
pub const MARK: &[u8] = b"the wire is cut here";

/// A wire to a server.
pub struct Wire {
    folder: tempfile::TempDir,
    plan: Plan,
}

impl Wire {
    /// A wire that is whole.
    pub fn new(cluster: &'static Cluster) -> Wire {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let plan = Plan::default();
        let planned = Arc::clone(&plan);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = cluster.folder().join(".s.PGSQL.5432");
                let server = UnixStream::connect(server).await.unwrap();
                tokio::spawn(carry(client, server, Arc::clone(&planned)));
            }
        });
        Wire { folder, plan }
    }

    pub fn address(&self) -> String {
        address_in(self.folder.path())
    }

    /// Cuts the wire once; what is held back goes on when the answer is used or dropped.
    pub fn cut(&self, cut: Cut) -> oneshot::Sender<()> {
        let (go, wait) = oneshot::channel();
        *self.plan.lock().unwrap() = Some((cut, wait));
        go
    }

    pub fn is_cut(&self) -> bool {
        self.plan.lock().unwrap().is_none()
    }
}

/// The server says that it is done and waits, outside of a transaction.
const IDLE: &[u8] = b"Z\0\0\0\x05I";

async fn carry(mut client: UnixStream, mut server: UnixStream, plan: Plan) {
    let (mut up, mut down) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(size @ 1..) = read else { return };
                let sent = &up[..size];
                let is_marked = sent.windows(MARK.len()).any(|it| it == MARK);
                let planned = is_marked.then(|| plan.lock().unwrap().take()).flatten();
                match planned {
                    None => server.write_all(sent).await.unwrap_or_default(),
                    Some((Cut::Lost, _)) => return,
                    Some((Cut::Done, _)) => return finish(&mut server, sent).await,
                    Some((Cut::Late, wait)) => {
                        drop(client);
                        let _ = wait.await;
                        return finish(&mut server, sent).await;
                    }
                }
            }
            read = server.read(&mut down) => {
                let Ok(size @ 1..) = read else { return };
                if client.write_all(&down[..size]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Hands over what was sent, and hears the answer out.
async fn finish(server: &mut UnixStream, sent: &[u8]) {
    if server.write_all(sent).await.is_err() {
        return;
    }
    let mut heard = Vec::new();
    let mut part = vec![0; 1 << 16];
    while !heard.ends_with(IDLE) {
        match server.read(&mut part).await {
            Ok(size @ 1..) => heard.extend_from_slice(&part[..size]),
            _ => return,
        }
    }
}
