//! Prices for the runs: from AWS, from a file, or none; and what each run cost by them.

use std::{collections::BTreeMap, str::FromStr, time::Duration};

use aws_credential_types::{Credentials, provider::ProvideCredentials as _};
use aws_setup::{Region, sdk_config};
use aws_types::SdkConfig;
use gha::{Failure, Runner};
use price_list::{NotAnswered, PriceListApi};
use tokio::time::timeout;

use super::{
    Currency, EmrRates, InstancePrices, PriceList, Refused, SCHEMA, Spot, Step,
    spot_answer::Change,
    spot_history::SpotHistory,
    wanted::{ByRegion, Wanted, regions},
};
use crate::{
    cost::Cost,
    inputs::Inputs,
    load::Loaded,
    place::Place,
    run::Run,
    s3::S3,
    unread::{Unread, failure},
};

/// The longest time to look for credentials: where there are none, the SDK also asks for an instance's role.
const CREDENTIALS: Duration = Duration::from_secs(3);
/// The longest time for all prices of a region. A comparison is not kept waiting for them.
const PRICES: Duration = Duration::from_secs(30);
/// More instance types than these are not asked for.
const MOST_TYPES: usize = 50;

/// Where prices come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PricesFrom {
    /// AWS, when there are credentials that allow it.
    Auto,
    /// Nowhere.
    Never,
    /// A price file.
    File(Place),
}

impl FromStr for PricesFrom {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "never" => Ok(Self::Never),
            place => Ok(Self::File(place.parse()?)),
        }
    }
}

/// Prices every run that has a record. Only a price file that cannot be used is a failure.
pub(crate) async fn price(
    runs: &mut Loaded,
    inputs: &Inputs,
    runner: &Runner,
) -> Result<(), Failure> {
    let runs: Vec<&mut Run> = runs
        .fixed
        .iter_mut()
        .chain(&mut runs.dra)
        .filter(|run| run.record.is_some())
        .collect();
    match &inputs.prices {
        PricesFrom::Never => because(runs, "`prices` is `never`"),
        PricesFrom::File(place) => {
            let list = from_file(place, inputs, runner).await?;
            for run in runs {
                belongs(run, &list, place)?;
                apply(run, &list);
            }
        }
        PricesFrom::Auto => from_aws(runs, runner).await,
    }
    Ok(())
}

fn because(runs: Vec<&mut Run>, why: &str) {
    for run in runs {
        run.cost = Err(why.to_owned());
    }
}

fn apply(run: &mut Run, list: &PriceList) {
    if let Some(record) = &run.record {
        run.cost = Ok(Cost::of(record, &run.timeline, list));
    }
}

async fn from_file(place: &Place, inputs: &Inputs, runner: &Runner) -> Result<PriceList, Failure> {
    let bytes = match place {
        Place::S3(uri) => S3::new(inputs.region.clone(), &runner.context)
            .read(uri)
            .await
            .map_err(Unread::from),
        Place::Local(path) => tokio::fs::read(path).await.map_err(|error| {
            Unread::bad(
                format!("cannot be read: {error}"),
                "check the path; to ask AWS use `auto`, to have no prices `never`",
            )
        }),
    };
    let list = bytes.and_then(|bytes| {
        PriceList::from_json(&bytes).map_err(|error| {
            Unread::bad(
                error.to_string(),
                "write it as schemas/prices.schema.json says",
            )
        })
    });
    list.map_err(|unread| failure(&[unread.at("prices", place)], ("price file", "price files")))
}

/// Prices of another region say nothing about the run.
fn belongs(run: &Run, list: &PriceList, place: &Place) -> Result<(), Failure> {
    let regions = run.record.iter().flat_map(regions);
    match regions.into_iter().find(|region| *region != list.region) {
        None => Ok(()),
        Some(other) => Err(Failure::bad_input(
            "prices",
            format!(
                "`{place}` has the prices of {}, and run `{}` had nodes in {other}",
                list.region,
                run.name()
            ),
        )
        .help("name a price file of the region of the runs")),
    }
}

async fn from_aws(runs: Vec<&mut Run>, runner: &Runner) {
    let mut wanted = ByRegion::new();
    for run in &runs {
        for (region, record) in run.record.iter().flat_map(|record| {
            regions(record)
                .into_iter()
                .map(move |region| (region, record))
        }) {
            wanted.entry(region).or_default().add(record);
        }
    }
    // Without a node there is nothing to price, so nobody is asked.
    let lists = match wanted.is_empty() {
        true => BTreeMap::new(),
        false => ask(wanted, runner).await,
    };
    for run in runs {
        let regions: Vec<String> = run.record.iter().flat_map(regions).collect();
        match regions.as_slice() {
            [region] => match lists.get(region) {
                Some(Ok(list)) => apply(run, list),
                Some(Err(why)) => run.cost = Err(why.clone()),
                None => run.cost = Err("no prices were given".to_owned()),
            },
            [] => {
                run.cost =
                    Err("no zone of a node was recorded, so the region is not known".to_owned())
            }
            _ => run.cost = Err("its nodes were in more than one region".to_owned()),
        }
    }
}

/// One list for each region, or why there is none.
async fn ask(wanted: ByRegion, runner: &Runner) -> BTreeMap<String, Result<PriceList, String>> {
    let mut lists = BTreeMap::new();
    for (region, wanted) in wanted {
        let list = match timeout(PRICES, list(&region, &wanted, runner)).await {
            Ok(list) => list,
            Err(_) => Err("AWS did not tell its prices in time".to_owned()),
        };
        lists.insert(region, list);
    }
    lists
}

async fn list(region: &str, wanted: &Wanted, runner: &Runner) -> Result<PriceList, String> {
    let named: Region = region
        .parse()
        .map_err(|_| format!("`{region}` is not a region"))?;
    if wanted.types.len() > MOST_TYPES {
        return Err(format!("there are more than {MOST_TYPES} instance types"));
    }
    let config = sdk_config(Some(&named)).await;
    credentials(&config)
        .await
        .ok_or("there are no AWS credentials to ask for prices with")?;
    let price_list = PriceListApi::new(&config, region);
    let history = SpotHistory::new(&config, region);
    let (emr, on_demand, spot) = tokio::join!(
        price_list.emr(),
        price_list.on_demand(&wanted.types),
        history.changes(wanted)
    );
    let mut refused = Refused::default();
    let emr = told(emr, &mut refused.emr, runner).flatten();
    let on_demand = told(on_demand, &mut refused.on_demand, runner).unwrap_or_default();
    let spot = told(spot, &mut refused.spot, runner).unwrap_or_default();
    let mut list = PriceList {
        _schema: None,
        schema: SCHEMA,
        region: region.to_owned(),
        date: jiff::Timestamp::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date(),
        source: "AWS Price List and spot price history".to_owned(),
        currency: Currency::Usd,
        emulated: on_demand.emulated,
        emr_on_eks: emr.map(|hour| EmrRates {
            vcpu_hour: hour.vcpu,
            gb_hour: hour.gb,
        }),
        ec2: BTreeMap::new(),
        refused,
    };
    for (instance_type, price) in on_demand.prices {
        list.ec2.entry(instance_type).or_default().on_demand_hour = Some(price);
    }
    take(&mut list.ec2, spot);
    Ok(list)
}

/// The answer; what was refused is noted in short for the report, and told in full.
fn told<T>(
    answer: Result<T, NotAnswered>,
    refused: &mut Option<String>,
    runner: &Runner,
) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(error) => {
            runner.log.notice("Prices are missing", &error.to_string());
            *refused = Some(error.in_short());
            None
        }
    }
}

/// Puts the history into the list, as steps.
fn take(ec2: &mut BTreeMap<String, InstancePrices>, changes: Vec<Change>) {
    for change in changes {
        let prices = ec2.entry(change.instance_type).or_default();
        let steps = prices
            .spot_hour
            .entry(change.zone)
            .or_insert_with(|| Spot::Steps(Vec::new()));
        if let Spot::Steps(steps) = steps {
            steps.push(Step {
                from: change.at,
                price: change.price,
            });
        }
    }
}

/// Whether there are any: without them each question would fail by itself, and slowly.
async fn credentials(config: &SdkConfig) -> Option<Credentials> {
    let provider = config.credentials_provider()?;
    timeout(CREDENTIALS, provider.provide_credentials())
        .await
        .ok()?
        .ok()
}
