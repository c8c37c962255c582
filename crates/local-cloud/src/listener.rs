//! One HTTP server on a free loopback port. Knows nothing of what it serves.

use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A server that runs until it is dropped; its open connections end with it.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    /// A change ends the connections that are open.
    epoch: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Serves routes.
    pub(crate) async fn routes(address: IpAddr, routes: axum::Router) -> io::Result<Self> {
        Self::serve(address, TowerToHyperService::new(routes), None).await
    }

    /// Serves a service; where it fails, the connection is closed without an answer. With an acceptor it speaks TLS.
    pub(crate) async fn serve<S>(
        address: IpAddr,
        service: S,
        tls: Option<TlsAcceptor>,
    ) -> io::Result<Self>
    where
        S: Service<hyper::Request<Incoming>, Response = axum::response::Response>
            + Clone
            + Send
            + 'static,
        S::Future: Send + 'static,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let listener = TcpListener::bind((address, 0)).await?;
        let address = listener.local_addr()?;
        let epoch = watch::channel(0).0;
        let ends = epoch.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok(stream) = next(&listener, &mut connections).await {
                let service = service.clone();
                let (tls, mut ended) = (tls.clone(), ends.subscribe());
                connections.spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let served = async {
                        // A client that hangs up is no concern of the server.
                        match tls {
                            None => {
                                drop(server.serve_connection(TokioIo::new(stream), service).await)
                            }
                            Some(tls) => {
                                if let Ok(stream) = tls.accept(stream).await {
                                    let stream = TokioIo::new(stream);
                                    drop(server.serve_connection(stream, service).await);
                                }
                            }
                        }
                    };
                    tokio::select! {
                        () = served => {}
                        _ = ended.changed() => {}
                    }
                });
            }
        });
        Ok(Self {
            address,
            epoch,
            task,
        })
    }

    /// Closes every open connection, whatever goes on there.
    pub(crate) fn disconnect(&self) {
        self.epoch.send_modify(|epoch| *epoch += 1);
    }

    /// Where it answers when it speaks TLS: `https://<address>:<port>`.
    pub(crate) fn tls_url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Where it answers: `http://<address>:<port>`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The next connection, clearing away ended ones while waiting.
async fn next(listener: &TcpListener, connections: &mut JoinSet<()>) -> io::Result<TcpStream> {
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                // Without this each small answer waits for the client's delayed acknowledgement.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
        }
    }
}
