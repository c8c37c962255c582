//! EC2's query API: spot prices, and what there is of instances, volumes and network interfaces.
//!
//! | module        | idea                                                             |
//! |---------------|------------------------------------------------------------------|
//! | `thing`       | an instance, a volume, a network interface, a load balancer      |
//! | `estate`      | what there is: Karpenter's nodes, and what tests have put there  |
//! | `describe`    | `DescribeInstances`, `DescribeVolumes`, `DescribeNetworkInterfaces` |
//! | `filter`      | `Filter.N`                                                       |
//! | `spot_prices` | `DescribeSpotPriceHistory`                                       |
//! | `form`        | EC2's own form of the query API                                  |
//!
//! Nothing is started or ended through it: Karpenter's model does that, and tests.

mod describe;
mod estate;
mod filter;
mod form;
mod spot_prices;
mod thing;

pub use estate::Estate;
pub(crate) use estate::{hanging, hex};
pub use thing::{Thing, ThingKind};

use crate::made_up_prices::Prices;
use crate::query_api::{Parameters, escape};
use axum::Router;
use axum::extract::{Form, State};
use axum::response::Response;
use axum::routing::post;
use form::refusal;

/// The EC2 query API.
pub(crate) fn routes(prices: Prices, estate: Estate) -> Router {
    Router::new()
        .route("/", post(answer))
        .with_state((prices, estate))
}

async fn answer(
    State((prices, estate)): State<(Prices, Estate)>,
    Form(parameters): Form<Parameters>,
) -> Response {
    let action = parameters.get("Action").map(String::as_str);
    let things = |kind| match describe::page(&estate, kind, &parameters) {
        Ok(page) => form::answer(action.unwrap_or_default(), &page),
        Err((code, message)) => refusal(code, &escape(&message)),
    };
    match action {
        Some("DescribeSpotPriceHistory") => {
            spot_prices::describe_spot_price_history(&prices, &parameters)
        }
        Some("DescribeInstances") => things(ThingKind::Instance),
        Some("DescribeVolumes") => things(ThingKind::Volume),
        Some("DescribeNetworkInterfaces") => things(ThingKind::NetworkInterface),
        other => {
            let other = escape(other.unwrap_or("(none)"));
            let message = format!("The action {other} is not valid for this web service.");
            refusal("InvalidAction", &message)
        }
    }
}
