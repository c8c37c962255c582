//! How leftovers are told: what it is, what it costs if that is known, and how to be rid of it.

use super::price::{Hourly, Prices};
use super::{Found, Kind, Leftover};
use crate::markdown::{cell, code, escaped};
use gha::Failure;
use std::fmt::Write as _;

/// Most of them in a message; the summary has all.
const LISTED: usize = 20;

/// The part of the step summary.
pub(crate) fn page(cluster: &str, region: &str, found: &Found, prices: &Prices) -> String {
    let mut text = "### What is left\n\n".to_owned();
    let place = format!("the cluster {} in {}", code(cluster), code(region));
    if !found.left.is_empty() {
        let _ = writeln!(text, "**{} of {place}:**\n", counted(&found.left));
        text.push_str("| What | Id | An hour costs | Details |\n|:--|:--|--:|:--|\n");
        for left in &found.left {
            let (id, price) = (cell(&left.id), hourly(prices.hourly(left)));
            let what = escaped(&left.what);
            let _ = writeln!(
                text,
                "| {} | {id} | {} | {what} |",
                left.kind,
                escaped(&price)
            );
        }
        let _ = writeln!(text, "\n{}.", escaped(&total(prices, &found.left)));
        if let Some(refused) = &prices.refused {
            let refused = escaped(&refused.in_short());
            let _ = writeln!(text, "\nSome prices are not known: {refused}.");
        }
        text.push('\n');
    } else if found.unasked.is_empty() {
        let _ = writeln!(
            text,
            "**Nothing**: no instance, volume, network interface or load balancer carries the tags of {place}.\n"
        );
    }
    for unasked in &found.unasked {
        let _ = writeln!(
            text,
            "Not known: whether {} are left. {} was not answered: {}.\n",
            unasked.what,
            code(unasked.call),
            escaped(&unasked.problem.to_string())
        );
    }
    text
}

/// The failure when something is left; none when there is nothing.
pub(crate) fn failure(
    cluster: &str,
    region: &str,
    left: &[Leftover],
    prices: &Prices,
) -> Option<Failure> {
    let first = left.first()?;
    let mut failure = Failure::outside(
        "Something is left",
        format!(
            "Terraform has destroyed what it knew, and {} of cluster `{cluster}` in {region} stay and may cost money",
            counted(left)
        ),
    )
    .help(format!(
        "delete each, such as with `{}`, then run destroy again: it looks anew",
        removal(first, region)
    ));
    let listed = left.iter().take(LISTED);
    failure.causes = listed
        .map(|left| {
            let price = hourly(prices.hourly(left));
            format!("{} {}: {}; per hour {price}", left.kind, left.id, left.what)
        })
        .collect();
    if left.len() > LISTED {
        failure
            .causes
            .push(format!("and {} more", left.len() - LISTED));
    }
    Some(failure)
}

fn hourly(price: Hourly) -> String {
    match price {
        Hourly::Exactly(price) => format!("${:.4}", price.to_f64()),
        Hourly::AtMost(price) => format!("at most ${:.4}", price.to_f64()),
        Hourly::Nothing => "nothing".to_owned(),
        Hourly::Unknown => "not known".to_owned(),
    }
}

/// `Together at most $0.19 an hour, $140.16 in a month`: without discounts.
fn total(prices: &Prices, left: &[Leftover]) -> String {
    let (total, whole) = prices.total(left);
    let hour = total.to_f64();
    let month = hour * 730.0;
    let sum =
        format!("${hour:.2} an hour, ${month:.2} in a month of 730 hours, by AWS's Price List");
    if whole {
        format!("Together at most {sum}")
    } else {
        format!("What is known of it comes to at most {sum}; the rest is not known")
    }
}

/// `2 instances and 1 volume`.
fn counted(left: &[Leftover]) -> String {
    let kinds = [
        Kind::Instance,
        Kind::LoadBalancer,
        Kind::Volume,
        Kind::NetworkInterface,
    ];
    let counts: Vec<String> = kinds
        .iter()
        .filter_map(|kind| {
            let count = left.iter().filter(|left| left.kind == *kind).count();
            match count {
                0 => None,
                1 => Some(format!("1 {kind}")),
                count => Some(format!("{count} {kind}s")),
            }
        })
        .collect();
    match counts.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        counts => counts.join(""),
    }
}

fn removal(left: &Leftover, region: &str) -> String {
    let id = &left.id;
    match left.kind {
        Kind::Instance => {
            format!("aws ec2 terminate-instances --region {region} --instance-ids {id}")
        }
        Kind::Volume => format!("aws ec2 delete-volume --region {region} --volume-id {id}"),
        Kind::NetworkInterface => {
            format!(
                "aws ec2 delete-network-interface --region {region} --network-interface-id {id}"
            )
        }
        Kind::LoadBalancer if left.what.starts_with("Classic") => {
            let name = id.rsplit('/').next().unwrap_or(id);
            format!("aws elb delete-load-balancer --region {region} --load-balancer-name {name}")
        }
        Kind::LoadBalancer => {
            format!("aws elbv2 delete-load-balancer --region {region} --load-balancer-arn {id}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leftovers::Unasked;
    use aws_setup::{ProblemKind, SdkProblem};

    fn left(kind: Kind, id: &str) -> Leftover {
        Leftover {
            kind,
            id: id.to_owned(),
            what: "m5.large, running".to_owned(),
            priced: None,
        }
    }

    #[test]
    fn nothing_is_said_only_when_everything_was_looked_for() {
        let mut found = Found::default();
        assert!(page("c", "r", &found, &Prices::default()).contains("**Nothing**"));
        found.unasked.push(Unasked {
            call: "ec2:DescribeVolumes",
            what: "volumes",
            problem: SdkProblem {
                kind: ProblemKind::Denied,
                code: None,
                message: None,
                request_id: None,
                status: None,
                bucket_region: None,
            },
        });
        let text = page("c", "r", &found, &Prices::default());
        assert!(!text.contains("Nothing"), "{text}");
        assert!(
            text.contains("Not known: whether volumes are left."),
            "{text}"
        );
    }

    #[test]
    fn each_is_listed_and_the_first_has_its_command() {
        let all = [
            left(Kind::Instance, "i-1"),
            left(Kind::Volume, "vol-1"),
            left(Kind::Volume, "vol-2"),
        ];
        let failure = failure("spark", "eu-west-1", &all, &Prices::default()).unwrap();
        assert!(
            failure
                .what
                .contains("1 instance and 2 volumes of cluster `spark`"),
            "{}",
            failure.what
        );
        assert_eq!(
            failure.causes[0],
            "instance i-1: m5.large, running; per hour not known"
        );
        let help = failure.help.unwrap();
        assert!(
            help.contains("terminate-instances --region eu-west-1 --instance-ids i-1"),
            "{help}"
        );
        assert!(super::failure("spark", "eu-west-1", &[], &Prices::default()).is_none());
    }
}
