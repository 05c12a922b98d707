//! Encryption towards the relay and the mailbox. Certificates are always checked: against what the machine trusts, and against
//! the further authorities that the settings name.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, Error as TlsError, RootCertStore};

use super::failure::{Failure, kept};

/// Certificate authorities beside those of the machine, for servers with a private one.
#[derive(Clone, Default)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads a file of PEM certificates.
    ///
    /// # Errors
    /// Says what is wrong with the file: not readable, no certificate in it, or one that none may sign with.
    pub fn read(file: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
        let found = found.map_err(|_| "holds PEM that cannot be read".to_owned())?;
        if found.is_empty() {
            return Err("holds no certificate in PEM".to_owned());
        }
        let mut store = RootCertStore::empty();
        for certificate in &found {
            store.add(certificate.clone()).map_err(|error| format!("holds a certificate that {error}"))?;
        }
        Ok(Self(found))
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.0.len())
    }
}

/// How to encrypt; clones share the machine's certificates, whose reading takes milliseconds.
#[derive(Clone, Default)]
pub(super) struct Tls {
    authorities: Authorities,
    config: Arc<OnceLock<Result<Arc<ClientConfig>, String>>>,
}

impl Tls {
    pub(super) fn trusting(authorities: Authorities) -> Self {
        Self { authorities, config: Arc::default() }
    }

    fn config(&self) -> Result<Arc<ClientConfig>, Failure> {
        let made = self.config.get_or_init(|| self.make().map(Arc::new).map_err(|e| kept(&e.to_string())));
        made.clone().map_err(|why| Failure::Misconfigured(format!("TLS cannot be set up: {why}")))
    }

    fn make(&self) -> Result<ClientConfig, TlsError> {
        let provider = Arc::new(default_provider());
        let verifier = Verifier::new_with_extra_roots(self.authorities.0.clone(), Arc::clone(&provider))?;
        Ok(ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            // "Dangerous" is any verifier but rustls's own; this one is rustls's own over the machine's roots.
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth())
    }

    /// Encrypts a connection to `host`, whose certificate must be for that name.
    ///
    /// # Errors
    /// [`Failure::Misconfigured`] for a certificate that does not hold, [`Failure::NotReached`] for the rest.
    pub(super) async fn encrypt<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        host: &str,
        plain: S,
    ) -> Result<Box<TlsStream<S>>, Failure> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Failure::Misconfigured("no certificate can be for the server's name".to_owned()))?;
        let connector = TlsConnector::from(self.config()?);
        connector.connect(name, plain).await.map(Box::new).map_err(|error| failure_of(&error))
    }
}

fn failure_of(error: &io::Error) -> Failure {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
    let words = kept(&format!("TLS: {error}"));
    match inner {
        Some(TlsError::InvalidCertificate(_) | TlsError::NoCertificatesPresented) => {
            Failure::Misconfigured(words)
        }
        _ => Failure::NotReached(words),
    }
}

/// Names the protocol, such as `TLSv1_3`.
pub(super) fn version_of(stream: &TlsStream<TcpStream>) -> String {
    let version = stream.get_ref().1.protocol_version();
    version.map_or_else(|| "TLS".to_owned(), |version| format!("{version:?}"))
}
