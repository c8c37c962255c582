//! One HTTP server on a free loopback port. Knows nothing of what it serves.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A server that runs until it is dropped; its open connections end with it.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Listener {
    /// Serves routes.
    pub(crate) async fn routes(routes: axum::Router) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let service = TowerToHyperService::new(routes);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok(stream) = next(&listener, &mut connections).await {
                let service = service.clone();
                connections.spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    // A client that hangs up is no concern of the server.
                    drop(server.serve_connection(stream, service).await);
                });
            }
        });
        Ok(Self { address, task })
    }

    /// Where it answers: `http://127.0.0.1:<port>`.
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
async fn next(
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
) -> io::Result<TokioIo<TcpStream>> {
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                // Without this each small answer waits for the client's delayed acknowledgement.
                stream.set_nodelay(true)?;
                return Ok(TokioIo::new(stream));
            }
        }
    }
}
