//! TLS: a certificate and its key from files, taken up anew when they are renewed.
//! It speaks TLS 1.2 and 1.3 with the crypto library that seals what is stored, and nothing older.

use crate::Failure;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where the certificate and its key stand.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate and those that vouch for it, in PEM.
    pub certificate: PathBuf,
    /// Its private key, in PEM, readable by nobody else.
    pub key: PathBuf,
}

/// A certificate in use.
pub struct Tls {
    files: Files,
    in_use: RwLock<InUse>,
}

struct InUse {
    acceptor: TlsAcceptor,
    /// When the files were last changed, as far as that could be told.
    changed: Option<SystemTime>,
}

impl Tls {
    /// Takes up a certificate.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where a file cannot be read, holds something else, or the key is not
    /// the certificate's.
    pub fn open(files: Files) -> Result<Tls, Failure> {
        let in_use = RwLock::new(InUse::read(&files)?);
        Ok(Tls { files, in_use })
    }

    /// What accepts the next connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        let in_use = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        in_use.acceptor.clone()
    }

    /// Takes up the files anew if they were changed. While they do not fit each other, the
    /// certificate in use stays, and the answer is false.
    pub fn renew(&self) -> bool {
        let known = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        let is_new = changed(&self.files) != known.changed;
        drop(known);
        if !is_new {
            return true;
        }
        match InUse::read(&self.files) {
            Ok(renewed) => {
                *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = renewed;
                tracing::info!("the certificate was renewed");
                true
            }
            Err(failure) => {
                tracing::warn!(%failure, "the certificate in use stays");
                false
            }
        }
    }
}

impl InUse {
    fn read(files: &Files) -> Result<InUse, Failure> {
        let changed = changed(files);
        let odd = |path: &Path, problem: String| {
            Failure::Invalid(format!("{}: {problem}", path.display()))
        };
        let chain = CertificateDer::pem_file_iter(&files.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|cause| odd(&files.certificate, cause.to_string()))?;
        if chain.is_empty() {
            let problem = "holds no certificate in PEM".to_owned();
            return Err(odd(&files.certificate, problem));
        }
        let key = PrivateKeyDer::from_pem_file(&files.key)
            .map_err(|cause| odd(&files.key, cause.to_string()))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|cause| odd(&files.key, cause.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(InUse {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            changed,
        })
    }
}

fn changed(files: &Files) -> Option<SystemTime> {
    let of = |path: &PathBuf| {
        std::fs::metadata(path)
            .and_then(|file| file.modified())
            .ok()
    };
    of(&files.certificate).max(of(&files.key))
}
