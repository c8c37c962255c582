//! A certificate authority of this local cloud's own, and the certificate it gives the API server.

use base64_simd::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// The authority's certificate, and what servers speak TLS with.
#[derive(Clone)]
pub(crate) struct Certificate {
    /// As PEM in base64, the form that EKS and kubeconfigs have.
    pub(crate) authority: String,
    pub(crate) acceptor: TlsAcceptor,
}

impl Certificate {
    /// Makes an authority and a certificate for the address.
    pub(crate) fn make(address: IpAddr) -> io::Result<Self> {
        Self::try_make(address).map_err(io::Error::other)
    }

    fn try_make(address: IpAddr) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let mut server = CertificateParams::new(vec!["localhost".to_owned()])?;
        let name = rcgen::SanType::IpAddress(address);
        server.subject_alt_names.push(name);
        let server = server.signed_by(&key, &authority)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone()], private)?;
        Ok(Self {
            authority: STANDARD.encode_to_string(authority.pem().as_bytes()),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}
