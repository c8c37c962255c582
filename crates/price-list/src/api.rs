//! The Price List Query API: rates of EMR on EKS, and prices of instance types on demand.

use aws_sdk_pricing::{
    Client,
    config::{Builder, Region},
    types::{Filter, FilterType},
};
use aws_setup::failure_parts;
use aws_types::SdkConfig;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    Money,
    asked::NotAnswered,
    offer::{Offer, one_price},
};

const CALL: &str = "pricing:GetProducts";
/// Questions at a time.
const AT_ONCE: usize = 4;
/// No question has so many pages; more would be a mistake in it.
const MOST_PAGES: usize = 5;

/// The Price List, asked for one region.
#[derive(Debug)]
pub struct PriceListApi {
    client: Client,
    region: String,
}

/// What EMR on EKS charges for an hour, beside EC2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmrHour {
    /// For each vCPU.
    pub vcpu: Money,
    /// For each GB of memory.
    pub gb: Money,
}

/// What the Price List says of instance types on demand.
#[derive(Debug, Default)]
pub struct OnDemand {
    /// Instance type and price of an hour.
    pub prices: Vec<(String, Money)>,
    /// The list says of itself that it is made up.
    pub emulated: bool,
}

impl PriceListApi {
    /// The list for `region`. Asks nothing yet.
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        let settings = Builder::from(config).region(Region::new(endpoint_region(region)));
        Self {
            client: Client::from_conf(settings.build()),
            region: region.to_owned(),
        }
    }

    /// The rates of EMR on EKS on EC2. `None` when the list has none.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn emr(&self) -> Result<Option<EmrHour>, NotAnswered> {
        let offers = self
            .offers(
                "ElasticMapReduce",
                &[
                    ("productFamily", "EMR Containers"),
                    ("operation", "StartJobRun"),
                ],
            )
            .await?;
        let rate = |unit: &str| {
            let of_unit = offers
                .iter()
                .filter(|offer| offer.attribute("meterunit") == unit);
            one_price(of_unit.filter(|offer| offer.attribute("computeprovider") == "EC2"))
        };
        let rates = rate("CPUHours").zip(rate("GBHours"));
        Ok(rates.map(|(vcpu, gb)| EmrHour { vcpu, gb }))
    }

    /// The prices of these types with Linux, without those that the list lacks.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn on_demand(
        &self,
        types: impl IntoIterator<Item = &String>,
    ) -> Result<OnDemand, NotAnswered> {
        let asked = types.into_iter().map(|instance_type| async move {
            let filters = [
                ("instanceType", instance_type.as_str()),
                ("operatingSystem", "Linux"),
                ("tenancy", "Shared"),
                ("preInstalledSw", "NA"),
                ("capacitystatus", "Used"),
            ];
            Ok((instance_type, self.offers("AmazonEC2", &filters).await?))
        });
        let answers: Vec<(&String, Vec<Offer>)> =
            stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        let prices = answers
            .iter()
            .filter_map(|(name, offers)| Some(((*name).clone(), one_price(offers)?)));
        let emulated = |offer: &Offer| offer.attribute("emulated") == "true";
        Ok(OnDemand {
            prices: prices.collect(),
            emulated: answers
                .iter()
                .any(|(_, offers)| offers.iter().any(emulated)),
        })
    }

    /// What a GiB of EBS costs for a month, by the API's name of its type, such as `gp3`. `None` when the list lacks it.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn storage(&self, volume_type: &str) -> Result<Option<Money>, NotAnswered> {
        let filters = [("productFamily", "Storage"), ("volumeApiName", volume_type)];
        Ok(one_price(&self.offers("AmazonEC2", &filters).await?))
    }

    async fn offers(
        &self,
        service: &str,
        filters: &[(&str, &str)],
    ) -> Result<Vec<Offer>, NotAnswered> {
        let region = ("regionCode", self.region.as_str());
        let filters = filters.iter().chain([&region]).map(|(field, value)| {
            let filter = Filter::builder().r#type(FilterType::TermMatch);
            filter.field(*field).value(*value).build()
        });
        let filters: Vec<Filter> = filters
            .collect::<Result<_, _>>()
            .map_err(|error| NotAnswered::unsent(CALL, &error))?;
        let question = self
            .client
            .get_products()
            .service_code(service)
            .set_filters(Some(filters))
            .format_version("aws_v1");
        let mut pages = question.into_paginator().send();
        let mut offers = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.map_err(|error| NotAnswered {
                call: CALL,
                problem: failure_parts(&error),
            })?;
            offers.extend(
                page.price_list()
                    .iter()
                    .filter_map(|text| Offer::from_json(text)),
            );
        }
        Ok(offers)
    }
}

/// The Price List has few endpoints, and each answers for every region of its partition.
fn endpoint_region(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "cn-northwest-1",
        Some("eu") => "eu-central-1",
        Some("ap") => "ap-south-1",
        _ => "us-east-1",
    }
}
