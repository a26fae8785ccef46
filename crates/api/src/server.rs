//! Listening, and stopping in order.

use std::{future::Future, net::SocketAddr};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use tokio::{net::TcpListener, task::JoinHandle};
use tracing::{error, info, warn};

use crate::{
    Access, Api, ApiConfig, ApiError, docs,
    guard::{Outer, admit, fresh, outermost},
    routes,
};

/// Everything under `/v1` but deliveries: who asks is known, and how often.
pub fn v1_routes(api: &Api) -> Router {
    let (router, _) = routes::all().split_for_parts();
    let most = api.config().max_body_bytes;
    router
        .with_state(api.clone())
        .merge(docs::routes())
        .route_layer(middleware::from_fn(fresh))
        .route_layer(middleware::from_fn_with_state(api.clone(), admit))
        .route_layer(DefaultBodyLimit::max(most))
}

/// A server under way.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts to answer with `routes`; `None` where the settings open nothing. Once `stopping` resolves no request is
    /// taken any more, and those under way are answered.
    ///
    /// # Errors
    /// `Listen` where the address cannot be had.
    pub async fn start(
        config: &ApiConfig,
        routes: Router,
        stopping: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Option<Self>, ApiError> {
        let Some(address) = config.listen else { return Ok(None) };
        let listening = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) = listening.await.map_err(|source| ApiError::Listen { address, source })?;
        if config.access == Access::Open && !config.is_local() {
            warn!("the service answers at {address} to whoever reaches it: `api.access` is `open`");
        }
        info!("the service answers at http://{address}/v1/docs, /healthz, /readyz and /metrics");
        let routes = routes.layer(middleware::from_fn_with_state(Outer::new(config), outermost));
        let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            if let Err(failure) = axum::serve(listener, routes).with_graceful_shutdown(stopping).await {
                error!("the service no longer answers at {address}: {failure}");
            }
        });
        Ok(Some(Self { address, task }))
    }

    /// Where it answers: the port that was found where the settings name port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Resolves once it has stopped.
    pub async fn stopped(self) {
        // A panic inside was told by its own task.
        let _ = self.task.await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_its_setting() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = ApiConfig { listen: taken.local_addr().ok(), ..ApiConfig::default() };
        let error = Server::start(&config, Router::new(), std::future::pending()).await.unwrap_err();
        let said = error.to_string();
        assert!(said.contains("api.listen") && said.contains("127.0.0.1"), "{said}");
    }

    #[tokio::test]
    async fn it_opens_nothing_unless_told_and_ends_when_told() {
        let off = Server::start(&ApiConfig::default(), Router::new(), std::future::pending()).await;
        assert!(off.unwrap().is_none());
        let (stop, stopped) = oneshot::channel::<()>();
        let config = ApiConfig { listen: "127.0.0.1:0".parse().ok(), ..ApiConfig::default() };
        let server = Server::start(&config, Router::new(), async { drop(stopped.await) }).await.unwrap().unwrap();
        assert_ne!(server.address().port(), 0);
        stop.send(()).unwrap();
        server.stopped().await;
    }
}
